using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary><c>flush</c>: empties the log files.</summary>
internal sealed class FlushHandler() : Handler<FlushRequest, FlushResponse>(Methods.Flush)
{
    public override async Task<FlushResponse> Handle(DaemonContext context, FlushRequest request, Requester? by)
    {
        var views = await context.Supervisor.Ask(new SupervisorQuery.Selected { Selectors = request.Selectors });
        await context.Outputs.Flush([.. views.SelectMany(view => new[] { view.OutLog, view.ErrLog }).Distinct()]);
        return new FlushResponse { Success = true, Processes = [.. views.Select(ChangeOutcomes.From)] };
    }
}
