using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>delete</c>: stops processes and then removes their definitions. It works on whole processes; a single instance
/// can only be stopped. The logs stay unless the request says otherwise.
/// </summary>
internal sealed class DeleteHandler() : Handler<DeleteRequest, DeleteResponse>(Methods.Delete)
{
    public override async Task<DeleteResponse> Handle(DaemonContext context, DeleteRequest request, Requester? by)
    {
        var deleted = await context.Supervisor.Order(new SupervisorCommand.Delete
        {
            By = by,
            Selectors = request.Selectors,
            WithLogs = request.Logs,
        });
        var begun = deleted.Begun;
        var outcomes = await ChangeOutcomes.Collect(
            context, begun, wait: true, timeoutMs: null, ChangeOutcomes.StopError);
        var problems = await Task.WhenAll(deleted.Gone);
        var isStopped = outcomes.TrueForAll(static outcome => outcome.Error is null);
        // An instance that was started again has that error already.
        var error = isStopped ? Array.Find(problems, static problem => problem is not null) : null;
        error = await ChangeOutcomes.SaveError(begun.Saved) ?? error;
        return new DeleteResponse { Success = error is null && isStopped, Processes = outcomes, Error = error };
    }
}
