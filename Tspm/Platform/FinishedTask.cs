namespace Tspm.Platform;

/// <summary>Reads a task that is over, without the risk of waiting for one that is not.</summary>
internal static class FinishedTask
{
    /// <summary>The result of a finished task. Throws what the work threw. Never blocks.</summary>
    /// <exception cref="InvalidOperationException">The task is still running, which is an error of the caller.
    /// </exception>
    public static T ResultNow<T>(this Task<T> task)
    {
        if (!task.IsCompleted) throw new InvalidOperationException("the task is still running");
#pragma warning disable RS0030 // It has finished.
        return task.GetAwaiter().GetResult();
#pragma warning restore RS0030
    }
}
