using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// A request failed. <see cref="Code"/> is an <see cref="ErrorCode"/> or a <see cref="LocalError"/>; the message is for
/// the user.
/// </summary>
internal sealed class DaemonException(int code, string message, RpcErrorData? data = null) : Exception(message)
{
    public int Code => code;

    public new RpcErrorData? Data => data;
}
