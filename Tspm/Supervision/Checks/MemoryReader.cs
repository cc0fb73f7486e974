using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Reads how much memory a child's process tree uses. It runs on another thread, because it takes milliseconds for
/// large processes.
/// </summary>
internal sealed class MemoryReader(MachineServices services)
{
    /// <param name="mark">Identifies the child's tree.</param>
    /// <param name="done">Called with the bytes in use, on the supervisor's thread.</param>
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
