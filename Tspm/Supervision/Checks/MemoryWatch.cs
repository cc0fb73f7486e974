using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Restarts a process whose tree uses more memory than <c>memoryLimitBytes</c> (<see cref="MemoryLimit"/>). Looks every
/// <c>monitorIntervalMs</c> while the process is online; costs nothing for processes without a limit.
/// </summary>
internal sealed class MemoryWatch(SupervisionServices services) : IProcessObserver
{
    readonly MemoryReader _memory = new(services);
    readonly Dictionary<SupervisedProcess, IDisposable> _timers = [];

    public void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (!MemoryLimit.Concerns(cell.State.Phase, cell.Definition.Config))
        {
            if (_timers.Remove(cell, out var timer)) timer.Dispose();
        }
        else if (!_timers.ContainsKey(cell)) Arm(cell);
    }

    void Arm(SupervisedProcess cell) => _timers[cell] =
        services.Timers.After(MemoryLimit.IntervalOf(cell.Definition.Config), () => Look(cell));

    void Look(SupervisedProcess cell)
    {
        _timers.Remove(cell);
        if (cell.Child is not { } child) return;
        var mark = new TreeMark(child.Pid, cell.Key.Id, cell.Key.Instance);
        _memory.Read(mark, used => Judge(cell, child.Pid, used));
    }

    void Judge(SupervisedProcess cell, int pid, long used)
    {
        var config = cell.Definition.Config;
        if (cell.Child?.Pid != pid || cell.State.Phase != LifecyclePhase.Online || config.MemoryLimitBytes is null)
            return;
        // A change of state while the reading was taken may have armed it already.
        if (MemoryLimit.Excess(config, used) is not { } cause) OnChanged(cell, cell.State);
        else cell.Handle(new LifecycleEvent.FoundUnfit(cause));
    }
}
