using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>set</c>: changes members of a config. As with <c>apply</c>, each takes effect as soon as it can: at once, or, where a
/// child got it at its birth, at the next start. The answer says which processes run with earlier values, and of which
/// fields, whichever change those wait from; unlike <c>apply</c>, it restarts nothing.
/// </summary>
internal sealed class SetHandler() : Handler<SetRequest, SetResponse>(Methods.Set)
{
    public override async Task<SetResponse> Handle(DaemonContext context, SetRequest request, Requester? by)
    {
        var (cells, begun, pending) = await context.Supervisor.Change(supervisor =>
        {
            var selected = supervisor.Selection.Select(request.Selectors);
            var changed = selected.Select(cell => cell.Definition).DistinctBy(definition => definition.Id)
                .Select(definition => definition with { Config = Assignments.Apply(definition.Config, request.Assignments) }).ToList();
            foreach (var definition in changed)
                if (LogMoves.WhyNotChange(supervisor.Table, definition) is { } busy)
                    throw new RequestException(ErrorCode.Failed, busy);
            Definitions.CheckDependencies(supervisor, [.. changed.Select(definition => definition.Config)]);
            var scaling =
                changed.SelectMany(definition => supervisor.Changes.Scale(definition, Cause.Requested(CauseRequest.Scale) with { By = by })).ToList();
            var all = changed.SelectMany(definition => supervisor.Table.Instances(definition.Id)!).ToList();
            foreach (var cell in all) supervisor.Refresh(cell);
            return (all, new Settle.Begun(scaling, supervisor.Save()), PendingOf(all));
        });
        var scaled = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, ScaleHandler.Error);
        var notes = new List<string>();
        await LastLines.AddTo(context, begun.Pending, scaled, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new SetResponse
        {
            Success = error is null && scaled.All(outcome => outcome.Error is null),
            Processes = [.. cells.Where(cell => !scaled.Exists(outcome => outcome.Id == cell.Key.Id && outcome.Instance == cell.Key.Instance)).Select(cell => Settle.Outcome(cell.View)), .. scaled],
            RestartNeeded = [.. pending.Keys],
            Pending = pending,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>By name, the fields for which an instance that runs waits; also those of earlier changes.</summary>
    static Dictionary<string, IReadOnlyList<string>> PendingOf(IEnumerable<SupervisedProcess> cells)
    {
        var pending = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var cell in cells)
        {
            if (PendingChanges.Of(cell.View) is not { Count: > 0 } fields) continue;
            pending.TryGetValue(cell.Definition.Name, out var others);
            pending[cell.Definition.Name] = others is null ? fields : [.. others.Union(fields)];
        }
        return pending;
    }
}
