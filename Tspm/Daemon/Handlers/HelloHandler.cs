using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>hello</c>: exchanges versions, and refuses a client that is too old.</summary>
internal sealed class HelloHandler() : Handler<HelloRequest, HelloResponse>(Methods.Hello)
{
    public override Task<HelloResponse> Handle(DaemonContext context, HelloRequest request, Requester? by)
    {
        if (request.ProtocolVersion is { } theirs && theirs < ProtocolVersion.Oldest)
        {
            throw new RequestException(ErrorCode.Failed,
                $"this daemon ({ProductVersion.Current}) speaks protocol {ProtocolVersion.Oldest} to "
                + $"{ProtocolVersion.Current}, but the client speaks {theirs}: upgrade the client");
        }
        return Task.FromResult(new HelloResponse
        {
            Version = ProductVersion.Current,
            ProtocolVersion = ProtocolVersion.Current,
            OldestProtocolVersion = ProtocolVersion.Oldest,
            Pid = System.Environment.ProcessId,
        });
    }
}
