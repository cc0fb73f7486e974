using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>restart</c>: a new child in place of the present one; what is stopped is started.</summary>
internal sealed class RestartHandler() : Handler<RestartRequest, RestartResponse>(Methods.Restart)
{
    public override async Task<RestartResponse> Handle(DaemonContext context, RestartRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by) };
        var notes = new List<string>();
        var restart = Cause.Requested(CauseRequest.Restart) with { By = by };
        var start = Cause.Requested(CauseRequest.Start) with { By = by };
        var begun = await Renewal.Begin(context, request.Selectors, Renewal.NewEnvironment(request.UpdateEnv, request.Client), notes,
            (supervisor, order) => [.. order.Cells.Select(cell => order.Wanted.Contains(cell)
                ? supervisor.Restart(cell, restart) : supervisor.Start(cell, start))]);
        var outcomes = await Renewal.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new RestartResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = notes.Count > 0 ? notes : null };
    }
}
