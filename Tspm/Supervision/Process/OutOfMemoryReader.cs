namespace Tspm.Supervision.Process;

/// <summary>Reads in the kernel's log whether it killed a process. That is long, so another thread reads it.</summary>
internal sealed class OutOfMemoryReader(MachineServices services)
{
    /// <param name="pid">The process, which has just ended.</param>
    /// <param name="lived">For how long it was there.</param>
    /// <param name="found">
    /// Told the kernel's words on the supervisor's thread; not at all, when it says nothing of the kind.
    /// </param>
    public void Read(int pid, TimeSpan lived, Action<string> found) => ThreadPool.QueueUserWorkItem(_ =>
    {
        if (services.System.OutOfMemoryKill(pid, lived) is { } words) services.Post(() => found(words));
    });
}
