using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>set</c>: changes fields of a config. As with <c>apply</c>, a field takes effect at once if possible, and
/// otherwise at the next start. Unlike <c>apply</c>, it restarts nothing. The answer says which processes still run
/// with earlier values of which fields, including those of earlier changes.
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
        var (processes, begun, pending) = (set.Processes, set.Begun, PendingOf(set.ViewsThen));
        var scaled = await ChangeOutcomes.Collect(context, begun, wait: true, timeoutMs: null, ScaleHandler.Error);
        var notes = new List<string>();
        foreach (var change in set.Changed)
            notes.AddRange(MissingParts.New(
                change.After, change.Before, program => Interpreters.IsOnPath(program, change.Path)));
        await LastLines.AddTo(context, begun.Pending, scaled, notes);
        var unscaled = processes.Where(process => !scaled.Exists(outcome =>
            outcome.Id == process.Key.Id && outcome.Instance == process.Key.Instance));
        var error = await ChangeOutcomes.SaveError(begun.Saved);
        return new SetResponse
        {
            Success = error is null && scaled.All(outcome => outcome.Error is null),
            Processes = [.. unscaled.Select(static process => ChangeOutcomes.From(process.View)), .. scaled],
            RestartNeeded = [.. pending.Keys],
            Pending = pending,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>
    /// Maps process names to the fields that take effect at the next start, including those of earlier changes.
    /// </summary>
    static Dictionary<string, IReadOnlyList<string>> PendingOf(IReadOnlyList<ProcessView> views)
    {
        var pending = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var view in views)
        {
            if (PendingChanges.FieldsOf(view) is not { Count: > 0 } fields) continue;
            pending.TryGetValue(view.Definition.Name, out var others);
            pending[view.Definition.Name] = others is null ? fields : [.. others.Union(fields)];
        }
        return pending;
    }
}
