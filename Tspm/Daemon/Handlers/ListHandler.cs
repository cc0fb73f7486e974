using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>list</c>: one entry per instance. It reads snapshots, so it never waits for the supervisor.
/// </summary>
internal sealed class ListHandler() : Handler<ListRequest, ListResponse>(Methods.List)
{
    public override Task<ListResponse> Handle(DaemonContext context, ListRequest request, Requester? by) =>
        Task.FromResult(new ListResponse
        {
            Processes = Statuses.From(context, Views.Select(context, request.Selectors)),
            DaemonDeaths = context.Deaths?.IsRecent(context.Clock.GetUtcNow()) == true ? context.Deaths : null,
        });
}
