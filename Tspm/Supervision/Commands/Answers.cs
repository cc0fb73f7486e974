using Tspm.Supervision.Facts;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>The answers to queries, read off what the supervisor owns. Used on the supervisor's thread.</summary>
internal static class Answers
{
    public static IReadOnlyList<ProcessView> Selected(Supervisor supervisor, SupervisorQuery.Selected query) =>
        [.. supervisor.Selection.Select(query.Selectors).Select(static cell => cell.View)];

    public static IReadOnlyList<ProcessView> Named(Supervisor supervisor, SupervisorQuery.Named query)
    {
        var views = new List<ProcessView>();
        foreach (var name in query.Names)
        {
            if (supervisor.Table.ByName(name) is not { } definition) continue;
            foreach (var cell in supervisor.Table.Instances(definition.Id)![..definition.Instances])
                views.Add(cell.View);
        }
        return views;
    }

    public static IReadOnlyList<ProcessView> Present(SupervisorQuery.Present query) =>
        [.. query.Of.Select(static pending => pending.Cell.View)];

    public static IReadOnlyList<ProcessView> Retried(Supervisor supervisor, SupervisorQuery.Retried query)
    {
        var retried = new List<ProcessView>();
        foreach (var cell in query.Among.Select(static pending => pending.Cell))
        {
            // One that was not kept is not tried again.
            var isKept = supervisor.Table.Find(cell.Key) == cell;
            if (isKept && cell is { State.Phase: LifecyclePhase.Waiting, View.FailedSpawn: not null })
                retried.Add(cell.View);
        }
        return retried;
    }

    public static IReadOnlyList<KeptEnvironment> KeptEnvironments(
        Supervisor supervisor, SupervisorQuery.KeptEnvironments query) =>
    [
        .. supervisor.Selection.Select(query.Selectors).Select(cell => new KeptEnvironment(
            cell.Definition, cell.Key, supervisor.Table.Environments.Of(cell.Definition))),
    ];

    public static IReadOnlyList<ChangesQuestion?> ChangedFacts(
        Supervisor supervisor, SupervisorQuery.ChangedFacts query) =>
        [.. query.Of.Select(key => supervisor.Table.Find(key)?.Facts.AskForChanges())];

    public static Task Watched(Supervisor supervisor, SupervisorQuery.Watched query) =>
        supervisor.Triggers.Watch.Ready(query.Among.Select(static pending => pending.Cell));
}
