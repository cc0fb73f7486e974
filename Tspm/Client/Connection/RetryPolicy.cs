using System.Diagnostics;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// The only place that decides whether and how the client tries again. It is pure: it neither connects nor waits. The
/// table of requests (docs/scripting.md, "When an answer is lost"):
/// <code>
/// outcome of the attempt | reads   | changes, repeatable   | changes, once         | stream
/// answered               | return  | return                | return                | return
/// refused                | fail    | fail                  | fail                  | fail
/// too fast               | wait    | wait                  | wait                  | wait
/// lost before sent       | repeat  | repeat                | repeat                | fail, then resume
/// lost after sent        | repeat  | same daemon: repeat   | same daemon: repeat   | fail, then resume
///                        |         | another one: rephrase | another one: give up  |
/// </code>
/// </summary>
internal static class RetryPolicy
{
    /// <summary>Two daemons in a row may die by coincidence during a request; the third death is reported.</summary>
    public const int MostAttempts = 3;

    /// <summary>
    /// How often the client starts a daemon for one command. A dying daemon still accepts connections, and each start
    /// waits until one of the guardians has won.
    /// </summary>
    public const int MostConnects = 5;

    /// <summary>The longest time that the client waits because of the rate limit.</summary>
    static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A killed daemon is back within a second; if none is there for this long, it was stopped. A daemon that is alive
    /// but does not answer may be resumed (SIGCONT), so a stream waits for it indefinitely.
    /// </summary>
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    /// <summary>The shortest pause before a stream connects again, in milliseconds.</summary>
    const int FirstPauseMs = 100;

    /// <summary>The longest pause before a stream connects again, in milliseconds.</summary>
    const int LongestPauseMs = 5000;

    /// <summary>The number of doublings after which the pause has its longest length.</summary>
    const int MostDoublings = 6;

    /// <summary>Decides what follows an attempt to get an answer.</summary>
    /// <param name="outcome">The outcome of the last attempt.</param>
    /// <param name="kind">The kind of the request.</param>
    /// <param name="attempts">The number of attempts so far, including the last one.</param>
    public static NextStep After(AttemptOutcome outcome, RequestKind kind, int attempts) => (outcome, kind) switch
    {
        (AttemptOutcome.Answered, _) => NextStep.Return,
        (AttemptOutcome.Refused, RequestKind.Stream) => NextStep.Fail,
        (AttemptOutcome.Refused refused, _) => AfterRefusal(refused.Failure.Code),
        _ when attempts >= MostAttempts => NextStep.Fail,
        (AttemptOutcome.TooFast, _) => NextStep.WaitAndRepeat,
        (_, RequestKind.Stream) => NextStep.Fail,
        (AttemptOutcome.LostBeforeSent, _) => NextStep.Repeat,
        (AttemptOutcome.LostAfterSent, RequestKind.Reads) => NextStep.Repeat,
        (AttemptOutcome.LostAfterSent, RequestKind.Repeatable) => NextStep.RepeatOrRephrase,
        (AttemptOutcome.LostAfterSent, RequestKind.Once) => NextStep.RepeatOrGiveUp,
        _ => throw new UnreachableException(),
    };

    /// <summary>A daemon of another version may not know every method and member.</summary>
    static NextStep AfterRefusal(int code) =>
        code is ErrorCode.MethodNotFound or ErrorCode.InvalidParams ? NextStep.FailNamingVersions : NextStep.Fail;

    /// <summary>How long to wait after <see cref="AttemptOutcome.TooFast"/>.</summary>
    public static TimeSpan TurnAfter(AttemptOutcome.TooFast outcome) =>
        outcome.RetryAfter < LongestTurn ? outcome.RetryAfter : LongestTurn;

    /// <summary>Whether this step needs a new connection first. Without one, the failure is reported.</summary>
    public static bool NeedsConnection(NextStep step) =>
        step is NextStep.Repeat or NextStep.RepeatOrRephrase or NextStep.RepeatOrGiveUp;

    /// <summary>Decides what such a step becomes once a daemon answers on the new connection.</summary>
    /// <param name="step">A step that <see cref="NeedsConnection"/>.</param>
    /// <param name="isSame">Whether it is the same daemon as before, which knows the key of the request.</param>
    public static NextStep AtDaemon(NextStep step, bool isSame) => step switch
    {
        NextStep.RepeatOrRephrase when !isSame => NextStep.Rephrase,
        NextStep.RepeatOrGiveUp when !isSame => NextStep.GiveUp,
        _ => NextStep.Repeat,
    };

    /// <summary>Decides what follows an attempt to reach a daemon that answers.</summary>
    /// <param name="failure">Null if a daemon answers.</param>
    /// <param name="mayStart">Whether the client may start the daemon.</param>
    /// <param name="attempts">The number of attempts so far, including the last one.</param>
    public static NextStep AfterConnecting(DaemonException? failure, bool mayStart, int attempts)
    {
        if (failure is null) return NextStep.Return;
        var isGone = failure.Code is LocalError.NotRunning or LocalError.Disconnected;
        return isGone && mayStart && attempts < MostConnects ? NextStep.StartDaemon : NextStep.Fail;
    }

    /// <summary>Whether a stream that was lost with this error may be requested again.</summary>
    /// <param name="code">The code of the failure.</param>
    /// <param name="follows">The stream has no end.</param>
    /// <param name="hasHeard">Part of the stream has arrived.</param>
    /// <param name="hasPositions">The stream can continue exactly where it stopped, even if it does not follow.</param>
    public static bool MayResume(int code, bool follows, bool hasHeard, bool hasPositions) => code switch
    {
        LocalError.NoAnswerInTime => follows && hasHeard,
        // Without --follow, the client reads the files instead.
        LocalError.NotRunning => follows,
        LocalError.Disconnected or ErrorCode.ShuttingDown => follows || hasPositions || !hasHeard,
        _ => false,
    };

    /// <summary>Whether a stream has been without a daemon for too long.</summary>
    public static bool GivesUp(int code, TimeSpan lostFor) =>
        code != LocalError.NoAnswerInTime && lostFor > GiveUpAfter;

    /// <summary>
    /// How long a stream waits before it connects again. The pause doubles each time, and differs between the many
    /// clients that lost the same daemon.
    /// </summary>
    /// <param name="breaks">How often it was lost since it last received something, not counting this time.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    public static TimeSpan PauseBeforeResuming(int breaks, double chance)
    {
        var most = Math.Min(FirstPauseMs << Math.Min(breaks, MostDoublings), LongestPauseMs);
        return TimeSpan.FromMilliseconds(Math.Max(FirstPauseMs, most / 2 + (int)(chance * (most / 2))));
    }
}
