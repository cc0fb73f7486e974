using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>A request that is refused or failed as a whole: becomes a JSON-RPC error.</summary>
internal sealed class RequestException(int code, string message, RpcErrorData? data = null) : Exception(message)
{
    public int Code { get; } = code;

    public RpcErrorData? Details { get; } = data;
}
