namespace Tspm.Protocol;

/// <summary>
/// The codes of JSON-RPC errors: those of the standard below -32000, and those of Tspm from -32001 down. The client
/// maps them to exit codes (<c>Client/ExitCodes</c>).
/// </summary>
internal static class ErrorCode
{
    public const int ParseError =
        -32700, InvalidRequest = -32600, MethodNotFound = -32601, InvalidParams = -32602, InternalError = -32603;

    /// <summary>The request was understood and refused, or tried and failed.</summary>
    public const int Failed = -32001;

    /// <summary>A selector matches no process. Nothing was changed.</summary>
    public const int NoSuchProcess = -32003;

    /// <summary>The request timed out before it had taken effect.</summary>
    public const int TimedOut = -32005;

    /// <summary>The user may not do this.</summary>
    public const int NotPermitted = -32006;

    /// <summary>A limit of the control socket was exceeded: request size, connections or rate.</summary>
    public const int LimitExceeded = -32007;

    /// <summary>The daemon is about to end and accepts no more requests.</summary>
    public const int ShuttingDown = -32008;
}
