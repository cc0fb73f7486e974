namespace Tspm.Platform;

/// <summary>Posts work to the thread that owns something, so that the result can be awaited elsewhere.</summary>
internal static class PostedWork
{
    /// <summary>
    /// Posts the work and returns its result or its exception. Code that awaits the task continues on the pool, never
    /// on the owner's thread.
    /// </summary>
    public static Task<T> Run<T>(Action<Action> post, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }
}
