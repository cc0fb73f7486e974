using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>set</c>: changes members of a config. As with <c>apply</c>, each takes effect as soon as it can: at once, or,
/// where a child got it at its birth, at the next start. The answer says which processes run with earlier values, and
/// of which fields, whichever change those wait from; unlike <c>apply</c>, it restarts nothing.
/// </summary>
internal sealed class SetHandler() : Handler<SetRequest, SetResponse>(Methods.Set)
{
    public override async Task<SetResponse> Handle(DaemonContext context, SetRequest request, Requester? by)
    {
        var set = await context.Supervisor.Order(new SupervisorCommand.Set
        {
            By = by,
            Selectors = request.Selectors,
            Assignments = request.Assignments,
        });
        var (cells, begun, pending) = (set.Processes, set.Begun, PendingOf(set.ViewsThen));
        var scaled = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, ScaleHandler.Error);
        var notes = new List<string>();
        await LastLines.AddTo(context, begun.Pending, scaled, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new SetResponse
        {
            Success = error is null && scaled.All(outcome => outcome.Error is null),
            Processes = [.. cells.Where(cell =>
                !scaled.Exists(outcome =>
                    outcome.Id == cell.Key.Id && outcome.Instance == cell.Key.Instance)).Select(cell =>
                        Settle.Outcome(cell.View)), .. scaled],
            RestartNeeded = [.. pending.Keys],
            Pending = pending,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>By name, the fields for which an instance that runs waits; also those of earlier changes.</summary>
    static Dictionary<string, IReadOnlyList<string>> PendingOf(IReadOnlyList<ProcessView> views)
    {
        var pending = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var view in views)
        {
            if (PendingChanges.Of(view) is not { Count: > 0 } fields) continue;
            pending.TryGetValue(view.Definition.Name, out var others);
            pending[view.Definition.Name] = others is null ? fields : [.. others.Union(fields)];
        }
        return pending;
    }
}
