namespace Tspm.Platform;

/// <summary>Reads the result of a completed task, without the risk of blocking on one that is not.</summary>
internal static class FinishedTask
{
    /// <summary>Returns the result of a completed task, or throws its exception. Never blocks.</summary>
    /// <exception cref="InvalidOperationException">The task is still running, which is a bug in the caller.</exception>
    public static T ResultNow<T>(this Task<T> task)
    {
        if (!task.IsCompleted) throw new InvalidOperationException("the task is still running");
#pragma warning disable RS0030 // The task has completed, so this does not block.
        return task.GetAwaiter().GetResult();
#pragma warning restore RS0030
    }
}
