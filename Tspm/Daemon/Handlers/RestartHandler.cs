using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>restart</c>: a new child in place of the present one; what is stopped is started.</summary>
internal static class RestartHandler
{
    public static async Task<RestartResponse> Handle(DaemonContext context, RestartRequest request)
    {
        var notes = new List<string>();
        var begun = await Renewal.Begin(context, request.Selectors, Renewal.NewEnvironment(request.UpdateEnv, request.Client), notes,
            (supervisor, order) => [.. order.Cells.Select(cell => order.Wanted.Contains(cell)
                ? supervisor.Restart(cell, CauseRequest.Restart) : supervisor.Start(cell, CauseRequest.Start))]);
        var outcomes = await Renewal.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new RestartResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = notes.Count > 0 ? notes : null };
    }
}
