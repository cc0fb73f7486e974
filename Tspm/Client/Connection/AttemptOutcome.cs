using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// The result of one attempt to get an answer from the daemon. The set is closed: <see cref="RetryPolicy"/> decides
/// on each of its members.
/// </summary>
internal abstract record AttemptOutcome
{
    AttemptOutcome()
    {
    }

    /// <summary>The daemon answered.</summary>
    /// <param name="Response">Null for a stream that its reader has ended.</param>
    public sealed record Answered(object? Response) : AttemptOutcome;

    /// <summary>An attempt without an answer.</summary>
    /// <param name="Failure">The error to report if there is no further attempt.</param>
    public abstract record Failed(DaemonException Failure) : AttemptOutcome;

    /// <summary>The daemon rejected the request, or another attempt would fail in the same way.</summary>
    public sealed record Refused(DaemonException Failure) : Failed(Failure);

    /// <summary>
    /// The daemon has not begun the request: the connection broke before the whole request was sent, or the daemon
    /// reported that it is shutting down.
    /// </summary>
    public sealed record LostBeforeSent(DaemonException Failure) : Failed(Failure);

    /// <summary>The connection broke after the request was sent: the daemon may or may not have executed it.</summary>
    public sealed record LostAfterSent(DaemonException Failure) : Failed(Failure);

    /// <summary>The daemon has not begun the request, because this connection exceeds the rate limit.</summary>
    /// <param name="Failure">The error to report if there is no further attempt.</param>
    /// <param name="RetryAfter">When the daemon will accept it.</param>
    public sealed record TooFast(DaemonException Failure, TimeSpan RetryAfter) : Failed(Failure);

    /// <summary>The outcome of an attempt that ended with this error.</summary>
    /// <param name="failure">The error.</param>
    /// <param name="sentWhole">All bytes of the request were sent.</param>
    public static Failed From(DaemonException failure, bool sentWhole) => failure switch
    {
        { Data.RetryAfterMs: > 0 and var wait } => new TooFast(failure, TimeSpan.FromMilliseconds(wait)),
        { Code: ErrorCode.ShuttingDown } => new LostBeforeSent(failure),
        { Code: LocalError.Disconnected } when sentWhole => new LostAfterSent(failure),
        { Code: LocalError.Disconnected } => new LostBeforeSent(failure),
        _ => new Refused(failure),
    };
}
