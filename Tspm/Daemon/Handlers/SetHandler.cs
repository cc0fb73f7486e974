using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>set</c>: changes members of a config. As with <c>apply</c>, each takes effect as soon as it can: at once, or, where a
/// child got it at its birth, at the next start. The answer says which processes run with earlier values; unlike
/// <c>apply</c>, it restarts nothing.
/// </summary>
internal static class SetHandler
{
    public static async Task<SetResponse> Handle(DaemonContext context, SetRequest request)
    {
        var (cells, begun, later) = await context.Supervisor.Change(supervisor =>
        {
            var selected = supervisor.Select(request.Selectors);
            var changed = selected.Select(cell => cell.Definition).DistinctBy(definition => definition.Id)
                .Select(definition => definition with { Config = Assignments.Apply(definition.Config, request.Assignments) }).ToList();
            Definitions.CheckDependencies(supervisor, [.. changed.Select(definition => definition.Config)]);
            var later = changed.Where(definition => CountsLater(supervisor.Table.Instances(definition.Id)![0].Definition.Config, definition.Config))
                .Select(static definition => definition.Id).ToHashSet();
            var pending =
                changed.SelectMany(definition => supervisor.Changes.Scale(definition, CauseRequest.Scale)).ToList();
            var all = changed.SelectMany(definition => supervisor.Table.Instances(definition.Id)!).ToList();
            foreach (var cell in all) supervisor.Refresh(cell);
            return (all, new Settle.Begun(pending, supervisor.Save()), later);
        });
        var scaled = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, ScaleHandler.Error);
        await LastLines.AddTo(context, scaled);
        var error = await Settle.Unsaved(begun.Saved);
        return new SetResponse
        {
            Success = error is null && scaled.All(outcome => outcome.Error is null),
            Processes = [.. cells.Where(cell => !scaled.Exists(outcome => outcome.Id == cell.Key.Id && outcome.Instance == cell.Key.Instance)).Select(cell => Settle.Outcome(cell.View)), .. scaled],
            RestartNeeded = [.. cells.Where(cell => cell.State.HasChild && later.Contains(cell.Key.Id)).Select(static cell => cell.Definition.Name).Distinct()],
            Error = error,
        };
    }

    /// <summary>Something of the change takes effect only when a new child is started.</summary>
    static bool CountsLater(ProcessConfig former, ProcessConfig config)
    {
        var changes = ConfigDifference.Between(former, config);
        return ApplyPlan.NeedsNewChild(changes, config) || changes.Exists(ApplyPlan.CountsLater);
    }
}
