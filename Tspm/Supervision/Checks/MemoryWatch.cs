using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Restarts a process whose tree uses more memory than <c>memoryLimitBytes</c> (<see cref="MemoryLimit"/>). Checks
/// every <c>monitorIntervalMs</c> while the process is online, and costs nothing for processes without a limit.
/// </summary>
internal sealed class MemoryWatch(SupervisionServices services) : IProcessObserver
{
    readonly MemoryReader _memory = new(services);
    readonly Dictionary<SupervisedProcess, IDisposable> _timers = [];

    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (!MemoryLimit.Concerns(process.State.Phase, process.Definition.Config))
        {
            if (_timers.Remove(process, out var timer)) timer.Dispose();
        }
        else if (!_timers.ContainsKey(process)) Arm(process);
    }

    void Arm(SupervisedProcess process) => _timers[process] =
        services.Timers.After(MemoryLimit.IntervalOf(process.Definition.Config), () => Measure(process));

    void Measure(SupervisedProcess process)
    {
        _timers.Remove(process);
        if (process.Child is not { } child) return;
        var mark = new TreeMark(child.Pid, process.Key.Id, process.Key.Instance);
        _memory.Read(mark, used => Judge(process, child.Pid, used));
    }

    void Judge(SupervisedProcess process, int pid, long used)
    {
        var config = process.Definition.Config;
        if (process.Child?.Pid != pid || process.State.Phase != LifecyclePhase.Online
            || config.MemoryLimitBytes is null)
            return;
        // A state change during the reading may have armed the timer already; OnChanged arms it at most once.
        if (MemoryLimit.Excess(config, used) is not { } cause) OnChanged(process, process.State);
        else process.Handle(new LifecycleEvent.FoundUnfit(cause));
    }
}
