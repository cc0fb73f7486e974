using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// The triggers that restart or start processes automatically: changed files (<see cref="WatchTrigger"/>) and times
/// (<see cref="ScheduleTrigger"/>). They produce the same events as a user's request, on the supervisor's thread; the
/// lifecycle does not know the difference.
/// </summary>
internal sealed class TriggerSet(SupervisionServices services, ProcessTable table) : IProcessObserver
{
    public ScheduleTrigger Schedule { get; } = new(services, table);

    public WatchTrigger Watch { get; } = new(services, () => LogFiles(table));

    bool _ended;

    /// <summary>Called when the daemon shuts down: nothing is started any more.</summary>
    public void End()
    {
        _ended = true;
        Schedule.End();
        Watch.End();
    }

    /// <summary>
    /// Whether the process is wanted up and is running, or about to: neither stopped nor being stopped.
    /// </summary>
    public static bool IsUp(LifecycleState state) =>
        state is { Desired: DesiredState.Up, Phase: not LifecyclePhase.Stopped }
            and not { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };

    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (_ended) return;
        Watch.OnChanged(process);
        Schedule.OnChanged(process);
    }

    /// <summary>The log files outside the home; the home is ignored as a whole.</summary>
    static IEnumerable<string> LogFiles(ProcessTable table) => table.Processes
        .Where(static process => process.Definition.Config is { OutFile: not null } or { ErrFile: not null })
            .SelectMany(static process => new[] { process.View.OutLog, process.View.ErrLog });
}
