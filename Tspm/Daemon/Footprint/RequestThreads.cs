namespace Tspm.Daemon.Footprint;

/// <summary>
/// Creates the threads that answer requests at the start, while threads can still be created. By default the runtime's
/// pool creates threads on demand and gives up idle ones. If the user then has no pids left (RLIMIT_NPROC, pids.max of
/// a cgroup), the pool ends the process that could have stopped the culprit. Nothing on the pool may block for long,
/// because no further threads are created.
/// </summary>
internal static class RequestThreads
{
    /// <summary>The size of the pool: Tspm.csproj sets minimum and maximum to the same number.</summary>
    static int Count
    {
        get
        {
            ThreadPool.GetMaxThreads(out var workers, out _);
            return workers;
        }
    }

    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Makes the pool create all its threads.</summary>
    public static void Create()
    {
        // Each work item holds its thread until all have begun, so that no thread runs two of them.
        var count = Count;
        var missing = new CountdownEvent(count);
        for (var i = 0; i < count; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static missing =>
            {
                missing.Signal();
                missing.Wait(StartTimeout);
            }, missing, preferLocal: false);
        // The runtime's timer thread serves deadlines and heartbeats. The first timer creates it, and it never ends.
        new Timer(static _ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan).Dispose();
    }
}
