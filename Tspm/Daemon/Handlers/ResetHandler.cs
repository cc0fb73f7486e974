using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary><c>reset</c>: sets restart and failure counts back to zero.</summary>
internal sealed class ResetHandler() : Handler<ResetRequest, ResetResponse>(Methods.Reset)
{
    public override async Task<ResetResponse> Handle(DaemonContext context, ResetRequest request, Requester? by)
    {
        var views = await context.Supervisor.Order(new SupervisorCommand.Reset
        {
            By = by,
            Selectors = request.Selectors,
        });
        return new ResetResponse { Success = true, Processes = [.. views.Select(ChangeOutcomes.From)] };
    }
}
