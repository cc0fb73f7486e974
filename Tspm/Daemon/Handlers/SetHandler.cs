using Tspm.Config;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>set</c>: changes members of a config. What runs keeps its values until its next start, and the answer says which ones; only the number of instances takes effect at once.</summary>
internal static class SetHandler
{
    public static async Task<SetResponse> Handle(DaemonContext context, SetRequest request)
    {
        var (cells, begun) = await context.Supervisor.Change(supervisor =>
        {
            var selected = supervisor.Select(request.Selectors);
            var changed = selected.Select(cell => cell.Definition).DistinctBy(definition => definition.Id)
                .Select(definition => definition with { Config = Assignments.Apply(definition.Config, request.Assignments) }).ToList();
            Definitions.CheckDependencies(supervisor, [.. changed.Select(definition => definition.Config)]);
            var pending =
                changed.SelectMany(definition => supervisor.Changes.Scale(definition, ScaleHandler.Cause)).ToList();
            return (changed.SelectMany(definition => supervisor.Table.Instances(definition.Id)!).ToList(), new Settle.Begun(pending, supervisor.Save()));
        });
        var scaled = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, ScaleHandler.Error);
        await LastLines.AddTo(context, scaled);
        var error = await Settle.Unsaved(begun.Saved);
        // How many there are takes effect at once, and so do the times at which something is to happen.
        var restart = request.Assignments.Any(assignment => !assignment.StartsWith("instances=", StringComparison.Ordinal) && !assignment.StartsWith("schedule", StringComparison.Ordinal));
        return new SetResponse
        {
            Success = error is null && scaled.All(outcome => outcome.Error is null),
            Processes = [.. cells.Where(cell => !scaled.Exists(outcome => outcome.Id == cell.Key.Id && outcome.Instance == cell.Key.Instance)).Select(cell => Settle.Outcome(cell.View)), .. scaled],
            RestartNeeded = restart ? [.. cells.Where(cell => cell.State.HasChild).Select(cell => cell.Definition.Name).Distinct()] : [],
            Error = error,
        };
    }
}
