using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>stop</c>: stops processes, and is done when neither a child nor any process of its tree is left. Stopping a
/// stopped process succeeds at once.
/// </summary>
internal sealed class StopHandler() : Handler<StopRequest, StopResponse>(Methods.Stop)
{
    public override async Task<StopResponse> Handle(DaemonContext context, StopRequest request, Requester? by)
    {
        var begun = await context.Supervisor.Order(
            new SupervisorCommand.Stop { By = by, Selectors = request.Selectors });
        var outcomes = await ChangeOutcomes.Collect(
            context, begun, request.Wait, request.WaitTimeoutMs, ChangeOutcomes.StopError);
        var error = await ChangeOutcomes.SaveError(begun.Saved);
        return new StopResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null),
            Processes = outcomes,
            Error = error,
            Notes = begun.Notes.Count > 0 ? begun.Notes : null,
        };
    }
}
