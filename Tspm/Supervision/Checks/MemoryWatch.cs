using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Restarts a process whose tree uses more memory than <c>memoryLimitBytes</c>. Looks every <c>monitorIntervalMs</c>
/// while the process is online; costs nothing for processes without a limit. The reading itself (large processes take
/// milliseconds) is done off the supervisor's thread.
/// </summary>
internal sealed class MemoryWatch(SupervisionServices services) : IProcessObserver
{
    static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    readonly Dictionary<SupervisedProcess, IDisposable> _timers = [];

    public void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        var watched = cell.State.Phase == LifecyclePhase.Online && cell.Definition.Config.MemoryLimitBytes is > 0;
        if (!watched)
        {
            if (_timers.Remove(cell, out var timer)) timer.Dispose();
        }
        else if (!_timers.ContainsKey(cell)) Arm(cell);
    }

    void Arm(SupervisedProcess cell)
    {
        var interval = cell.Definition.Config.MonitorIntervalMs is { } ms
            ? TimeSpan.FromMilliseconds(ms)
            : DefaultInterval;
        _timers[cell] = services.Timers.After(interval, () => Look(cell));
    }

    void Look(SupervisedProcess cell)
    {
        _timers.Remove(cell);
        if (cell.Child is not { } child) return;
        ThreadPool.QueueUserWorkItem(_ =>
        {
            var used = services.System.ReadGroupMemory(new TreeMark(child.Pid, cell.Key.Id, cell.Key.Instance))
                ?? SumOfTree(child.Pid);
            services.Post(() => Judge(cell, child.Pid, used));
        });
    }

    long SumOfTree(int pid)
    {
        long used = 0;
        foreach (var member in services.System.ReadTree(pid)) used += member.MemoryBytes ?? 0;
        return used;
    }

    void Judge(SupervisedProcess cell, int pid, long used)
    {
        if (cell.Child?.Pid != pid || cell.State.Phase != LifecyclePhase.Online
            || cell.Definition.Config.MemoryLimitBytes is not { } limit) return;
        // A change of state while the reading was taken may have armed it already.
        if (used <= limit) OnChanged(cell, cell.State);
        else cell.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(
            CauseCode.Memory, $"memory {ByteSize.Format(used)} over the limit of {ByteSize.Format(limit)}")));
    }
}
