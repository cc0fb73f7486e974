namespace Tspm.Daemon.Footprint;

/// <summary>
/// Makes the runtime's threads that requests need while threads can be made. The pool by itself makes them on demand
/// and gives idle ones up; for a user who has no pids left (RLIMIT_NPROC, a cgroup's pids.max) that ends the process,
/// which could have stopped the culprit. Nothing that runs on the pool may block for long: there are no others.
/// </summary>
internal static class AnsweringThreads
{
    /// <summary>Least and most threads of the pool: see Tspm.csproj.</summary>
    static int Kept
    {
        get
        {
            ThreadPool.GetMaxThreads(out var workers, out _);
            return workers;
        }
    }

    static readonly TimeSpan MeetWithin = TimeSpan.FromSeconds(2);

    public static void Make()
    {
        // Each holds its thread until all are there, so that one thread does not do it all.
        var kept = Kept;
        var missing = new CountdownEvent(kept);
        for (var i = 0; i < kept; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static missing =>
            {
                missing.Signal();
                missing.Wait(MeetWithin);
            }, missing, preferLocal: false);
        // Deadlines and heartbeats are told by a thread of their own, made with the first timer and never given up.
        new Timer(static _ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan).Dispose();
    }
}
