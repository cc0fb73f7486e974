namespace Tspm.Protocol;

/// <summary>
/// The numbers of JSON-RPC errors: below -32000 the standard's own, from -32001 on ours. The client maps them to exit
/// codes (<c>Client/ExitCodes</c>).
/// </summary>
internal static class ErrorCode
{
    public const int ParseError =
        -32700, InvalidRequest = -32600, MethodNotFound = -32601, InvalidParams = -32602, InternalError = -32603;

    /// <summary>Understood and refused, or tried and failed.</summary>
    public const int Failed = -32001;

    /// <summary>A selector that fits no process. Nothing was changed.</summary>
    public const int NoSuchProcess = -32003;

    /// <summary>The effect did not come within the time that the request gave.</summary>
    public const int TimedOut = -32005;

    public const int NotPermitted = -32006;

    /// <summary>A limit of the control socket: request size, connections, rate.</summary>
    public const int LimitExceeded = -32007;

    /// <summary>The daemon is going away and takes no more requests.</summary>
    public const int ShuttingDown = -32008;
}
