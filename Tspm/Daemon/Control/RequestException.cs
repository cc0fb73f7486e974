using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>The request is refused, or failed as a whole. It is answered with a JSON-RPC error.</summary>
internal sealed class RequestException(int code, string message, RpcErrorData? data = null) : Exception(message)
{
    public int Code { get; } = code;

    public RpcErrorData? Details { get; } = data;
}
