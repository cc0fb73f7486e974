using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Carries out <see cref="SupervisorCommand.Restart"/> and <see cref="SupervisorCommand.Reload"/>: dependencies first,
/// those that were asked for, and those that are only needed by them.
/// </summary>
internal static class RenewExecution
{
    public static BegunChanges Run(Supervisor supervisor, SupervisorCommand.Restart order)
    {
        var notes = new List<string>();
        var cells = Order(supervisor, order.Selectors, order.NewEnvironment, notes, out var wanted);
        var (restart, start) = (order.CauseOf(CauseRequest.Restart), order.CauseOf(CauseRequest.Start));
        var pending = cells.Select(cell =>
            wanted.Contains(cell) ? supervisor.Restart(cell, restart) : supervisor.Start(cell, start)).ToList();
        return new BegunChanges(pending, supervisor.Save()) { Notes = notes };
    }

    public static BegunChanges Run(Supervisor supervisor, SupervisorCommand.Reload order)
    {
        var notes = new List<string>();
        var cells = Order(supervisor, order.Selectors, order.NewEnvironment, notes, out var wanted);
        AddOtherWays(wanted, notes);
        var pending = cells.Where(cell => !wanted.Contains(cell))
            .Select(cell => supervisor.Start(cell, order.CauseOf(CauseRequest.Start))).ToList();
        pending.AddRange(supervisor.Reload([.. cells.Where(wanted.Contains)], order.CauseOf(CauseRequest.Reload)));
        return new BegunChanges(pending, supervisor.Save()) { Notes = notes };
    }

    static List<SupervisedProcess> Order(
        Supervisor supervisor, IReadOnlyList<string> selectors, CallerSettings? newEnvironment, List<string> notes,
        out HashSet<SupervisedProcess> wanted)
    {
        var cells = supervisor.Selection.SelectToStart(selectors, out var left, out _);
        if (newEnvironment is not null) OrderChecks.Renew(supervisor.Table, cells, newEnvironment);
        wanted = cells.ToHashSet();
        var ordered = supervisor.Dependencies.ToStart([.. wanted], notes);
        ProcessSelection.TellOfLeft(left, ordered, notes);
        return ordered;
    }

    /// <summary>Where something else is done than a child replaced by another.</summary>
    static void AddOtherWays(IEnumerable<SupervisedProcess> cells, List<string> notes)
    {
        foreach (var cell in cells)
        {
            var config = cell.Definition.Config;
            if (cell.State.Phase == LifecyclePhase.Online && config.Reload is { Mode: ReloadConfig.BySignal } by)
                notes.Add($"{cell.DisplayName}: {by.Signal ?? ReloadConfig.DefaultSignal} sent to pid "
                    + $"{cell.View.Pid}, as reload.mode says; the child goes on");
            else if (!cell.State.HasChild) notes.Add($"{cell.DisplayName} was not online: it is started");
        }
    }
}
