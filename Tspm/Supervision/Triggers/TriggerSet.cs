using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// What restarts or starts processes by itself: changed files (<see cref="WatchTrigger"/>) and times
/// (<see cref="ScheduleTrigger"/>). Small sources of the same events that a user's request makes, on the supervisor's
/// thread; the lifecycle does not know who asked.
/// </summary>
internal sealed class TriggerSet(SupervisionServices services, ProcessTable table) : IProcessObserver
{
    public ScheduleTrigger Schedule { get; } = new(services, table);

    public WatchTrigger Watch { get; } = new(services, () => LogFiles(table));

    bool _ended;

    /// <summary>The daemon goes: nothing is started any more.</summary>
    public void End()
    {
        _ended = true;
        Schedule.End();
        Watch.End();
    }

    /// <summary>The user wants it up and it is, or is on its way there: not stopped, not on its way down.</summary>
    public static bool IsUp(LifecycleState state) =>
        state is { Desired: DesiredState.Up, Phase: not LifecyclePhase.Stopped }
            and not { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };

    public void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (_ended) return;
        Watch.OnChanged(cell);
        Schedule.OnChanged(cell);
    }

    /// <summary>Those outside of the home, which is left out as a whole.</summary>
    static IEnumerable<string> LogFiles(ProcessTable table) => table.Cells
        .Where(static cell => cell.Definition.Config is { OutFile: not null } or { ErrFile: not null })
            .SelectMany(static cell => new[] { cell.View.OutLog, cell.View.ErrLog });
}
