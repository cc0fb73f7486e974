using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Reads how much memory the tree of a child uses. That takes milliseconds where processes are large, so another thread
/// does it.
/// </summary>
internal sealed class MemoryReader(MachineServices services)
{
    /// <param name="mark">The child.</param>
    /// <param name="done">Told the bytes, on the supervisor's thread.</param>
    public void Read(TreeMark mark, Action<long> done) => ThreadPool.QueueUserWorkItem(_ =>
    {
        var used = services.System.ReadGroupMemory(mark) ?? SumOfTree(mark.Pid);
        services.Post(() => done(used));
    });

    long SumOfTree(int pid)
    {
        long used = 0;
        foreach (var member in services.System.ReadTree(pid)) used += member.MemoryBytes ?? 0;
        return used;
    }
}
