using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>reset</c>: restart counts and failures begin at zero again.</summary>
internal sealed class ResetHandler() : Handler<ResetRequest, ResetResponse>(Methods.Reset)
{
    public override async Task<ResetResponse> Handle(DaemonContext context, ResetRequest request, Requester? by)
    {
        var outcomes = await context.Supervisor.Change(supervisor =>
        {
            var cells = supervisor.Selection.Select(request.Selectors);
            foreach (var cell in cells) cell.Handle(new LifecycleEvent.ResetRequested());
            return cells.Select(cell => Settle.Outcome(cell.View)).ToList();
        });
        return new ResetResponse { Success = true, Processes = outcomes };
    }
}
