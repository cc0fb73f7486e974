namespace Tspm.Daemon;

/// <summary>
/// Makes the runtime's threads that requests need while threads can be made. The pool makes them on demand and gives idle ones up; for a user who has no pids left (RLIMIT_NPROC, a
/// cgroup's pids.max) there would then be no other, and the daemon, which could stop the culprit, would not answer.
/// </summary>
internal static class AnsweringThreads
{
    /// <summary>The same number stands in Tspm.csproj (ThreadsToKeepAlive).</summary>
    const int Kept = 2;

    /// <summary>Where the pool makes its second thread only after a while (one core), it is not waited for.</summary>
    static readonly TimeSpan MeetWithin = TimeSpan.FromSeconds(2);

    public static void Make()
    {
        // Each holds its thread until all are there, so that one thread does not do it all.
        var missing = new CountdownEvent(Kept);
        for (var i = 0; i < Kept; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static missing =>
            {
                missing.Signal();
                missing.Wait(MeetWithin);
            }, missing, preferLocal: false);
        // Deadlines and heartbeats are told by a thread of their own, made with the first timer and never given up.
        new Timer(static _ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan).Dispose();
    }
}
