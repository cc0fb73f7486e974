using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>stop</c>: done when no child and nothing of its tree is left. Stopping what is stopped is done already.
/// </summary>
internal sealed class StopHandler() : Handler<StopRequest, StopResponse>(Methods.Stop)
{
    public override async Task<StopResponse> Handle(DaemonContext context, StopRequest request, Requester? by)
    {
        var begun = await context.Supervisor.Order(
            new SupervisorCommand.Stop { By = by, Selectors = request.Selectors });
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Settle.StopError);
        var error = await Settle.Unsaved(begun.Saved);
        return new StopResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null),
            Processes = outcomes,
            Error = error,
            Notes = begun.Notes.Count > 0 ? begun.Notes : null,
        };
    }
}
