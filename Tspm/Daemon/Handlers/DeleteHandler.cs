using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>delete</c>: stops, then forgets. Always whole processes: an instance of several goes by <c>stop</c>. The logs
/// stay unless asked otherwise.
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
        var outcomes = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, Settle.StopError);
        var problems = await Task.WhenAll(deleted.Gone);
        var isStopped = outcomes.TrueForAll(static outcome => outcome.Error is null);
        // What was started again is said of the process already.
        var error = isStopped ? Array.Find(problems, static problem => problem is not null) : null;
        error = await Settle.Unsaved(begun.Saved) ?? error;
        return new DeleteResponse { Success = error is null && isStopped, Processes = outcomes, Error = error };
    }
}
