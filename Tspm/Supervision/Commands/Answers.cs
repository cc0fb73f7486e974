using Tspm.Config.Validation;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Commands;

/// <summary>Answers queries from the state that the supervisor owns. Runs on the supervisor's thread.</summary>
internal static class Answers
{
    public static IReadOnlyList<ProcessView> Selected(Supervisor supervisor, SupervisorQuery.Selected query) =>
        [.. supervisor.Selection.Select(query.Selectors).Select(static process => process.View)];

    public static IReadOnlyList<ProcessView> Named(Supervisor supervisor, SupervisorQuery.Named query)
    {
        var views = new List<ProcessView>();
        foreach (var name in query.Names)
        {
            if (supervisor.Table.ByName(name) is not { } definition) continue;
            foreach (var process in supervisor.Table.Instances(definition.Id)![..definition.Instances])
                views.Add(process.View);
        }
        return views;
    }

    public static IReadOnlyList<ProcessView> Present(SupervisorQuery.Present query) =>
        [.. query.Of.Select(static pending => pending.Process.View)];

    public static IReadOnlyList<ProcessView> Retried(Supervisor supervisor, SupervisorQuery.Retried query)
    {
        var retried = new List<ProcessView>();
        foreach (var process in query.Among.Select(static pending => pending.Process))
        {
            // A definition that was withdrawn is not tried again.
            var isKept = supervisor.Table.Find(process.Key) == process;
            if (isKept && process is { State.Phase: LifecyclePhase.Waiting, View.FailedSpawn: not null })
                retried.Add(process.View);
        }
        return retried;
    }

    public static IReadOnlyList<KeptEnvironment> KeptEnvironments(
        Supervisor supervisor, SupervisorQuery.KeptEnvironments query) =>
    [
        .. supervisor.Selection.Select(query.Selectors).Select(process => new KeptEnvironment(
            process.Definition, process.Key, supervisor.Table.Environments.Of(process.Definition))),
    ];

    public static IReadOnlySet<NeededScript> ScriptsToRestart(
        Supervisor supervisor, SupervisorQuery.ScriptsToRestart query) =>
        MissingScript.NeededBy(supervisor.Selection.SelectKnown(query.Selectors)
            .Where(static process => RestartCheck.IsNeeded(process.State.Phase))
            .Select(static process => process.Definition.Config));

    public static IReadOnlyList<ChangesQuestion?> ChangedFacts(
        Supervisor supervisor, SupervisorQuery.ChangedFacts query) =>
        [.. query.Of.Select(key => supervisor.Table.Find(key)?.Facts.AskForChanges())];

    public static Task Watched(Supervisor supervisor, SupervisorQuery.Watched query) =>
        supervisor.Triggers.Watch.Ready(query.Among.Select(static pending => pending.Process));
}
