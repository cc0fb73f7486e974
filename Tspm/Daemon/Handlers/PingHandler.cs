using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>ping</c>: an answer shows that the daemon is responsive.</summary>
internal sealed class PingHandler() : Handler<PingRequest, PingResponse>(Methods.Ping)
{
    public override Task<PingResponse> Handle(DaemonContext context, PingRequest request, Requester? by) =>
        Task.FromResult(new PingResponse
        {
            Pid = System.Environment.ProcessId,
            Version = ProductVersion.Current,
        });
}
