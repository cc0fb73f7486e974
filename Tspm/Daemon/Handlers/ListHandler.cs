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
    public override Task<ListResponse> Handle(DaemonContext context, ListRequest request, Requester? by)
    {
        if (request.Include?.FirstOrDefault(static word => word != ListRequest.IncludePorts) is { } unknown)
            throw new RequestException(
                ErrorCode.InvalidParams,
                $"params.include must only contain {ListRequest.IncludePorts}, but has '{unknown}'",
                new RpcErrorData
                {
                    Path = "params.include",
                    Expected = ListRequest.IncludePorts,
                    Found = unknown,
                });
        var statuses = Statuses.From(context, Views.Select(context, request.Selectors));
        return Task.FromResult(new ListResponse
        {
            Processes = request.Include is { Count: > 0 } ? Statuses.WithPorts(context, statuses) : statuses,
            DaemonDeaths = context.Deaths?.IsRecent(context.Clock.GetUtcNow()) == true ? context.Deaths : null,
        });
    }
}
