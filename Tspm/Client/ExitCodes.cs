using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>The client's exit codes, and how errors of the protocol map to them.</summary>
internal static class ExitCodes
{
    public const int Done = 0, Failed = 1, Usage = 2, NoSuchProcess = 3, NotRunning = 4, TimedOut = 5, NotPermitted = 6,
        Interrupted = 130;

    /// <summary>A failure of Tspm itself in <c>run</c>, whose other codes are the program's.</summary>
    public const int RunFailed = 125;

    /// <summary>The exit code of a shell for a program that was killed by this signal.</summary>
    public static int ForSignal(int signal) => 128 + signal;

    /// <summary>Maps an <see cref="ErrorCode"/> or a <see cref="LocalError"/> to an exit code.</summary>
    public static int ForError(int errorCode) => errorCode switch
    {
        ErrorCode.NoSuchProcess => NoSuchProcess,
        ErrorCode.TimedOut or LocalError.NoAnswerInTime => TimedOut,
        ErrorCode.NotPermitted or LocalError.NotPermitted => NotPermitted,
        ErrorCode.InvalidParams => Usage,
        ErrorCode.ShuttingDown or LocalError.NotRunning or LocalError.Disconnected
            or LocalError.Unreachable => NotRunning,
        _ => Failed,
    };
}

/// <summary>
/// Errors that the client detects. They are positive, so they never collide with those of the protocol.
/// </summary>
internal static class LocalError
{
    public const int NotRunning = 1, Disconnected = 2, NoAnswerInTime = 3, NotPermitted = 4, BadAnswer = 5,
        Unreachable = 6, StartFailed = 7, ReaderGone = 8;
}
