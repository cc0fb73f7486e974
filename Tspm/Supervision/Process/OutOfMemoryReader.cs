namespace Tspm.Supervision.Process;

/// <summary>
/// Looks in the kernel log for an out-of-memory kill. It runs on another thread, because the log is long.
/// </summary>
internal sealed class OutOfMemoryReader(MachineServices services)
{
    /// <param name="pid">The process, which has just ended.</param>
    /// <param name="lived">How long it lived.</param>
    /// <param name="found">
    /// Called with the kernel's message, on the supervisor's thread; not called if there is none.
    /// </param>
    public void Read(int pid, TimeSpan lived, Action<string> found) => ThreadPool.QueueUserWorkItem(_ =>
    {
        if (services.System.OutOfMemoryKill(pid, lived) is { } words) services.Post(() => found(words));
    });
}
