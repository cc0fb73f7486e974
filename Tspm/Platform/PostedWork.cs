namespace Tspm.Platform;

/// <summary>Work that is posted to the one thread that owns something, and whose result is awaited elsewhere.</summary>
internal static class PostedWork
{
    /// <summary>
    /// Posts the work and gives its result, or what it threw. Who awaits it goes on on the pool, never on that thread.
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
