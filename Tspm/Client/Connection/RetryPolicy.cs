using System.Diagnostics;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// The only place that decides whether the client tries again, and how. It is pure: it connects to nothing and waits
/// for nothing. The table of requests (docs/scripting.md, "When an answer is lost"):
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
    /// <summary>Two daemons in a row may die by accident just when they are asked; a third one is reported.</summary>
    public const int MostAttempts = 3;

    /// <summary>
    /// How often the client starts a daemon for one command. A daemon that is just dying can still be connected to, and
    /// each start waits until one of the guardians has won.
    /// </summary>
    public const int MostConnects = 5;

    /// <summary>No daemon makes the client wait longer than this for its turn.</summary>
    static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A daemon that was killed is back within a second. If there is none for this long, it was stopped. A daemon that
    /// is alive and does not answer may be continued, so a stream waits for it without end.
    /// </summary>
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    /// <summary>The shortest pause before a stream connects again, in milliseconds.</summary>
    const int FirstPauseMs = 100;

    /// <summary>The longest pause before a stream connects again, in milliseconds.</summary>
    const int LongestPauseMs = 5000;

    /// <summary>After this many doublings the pause is at its longest.</summary>
    const int MostDoublings = 6;

    /// <summary>What follows the attempt to send a request.</summary>
    /// <param name="outcome">Of the last attempt.</param>
    /// <param name="kind">Of the request.</param>
    /// <param name="attempts">How many there were, the last one included.</param>
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

    /// <summary>A daemon of another version does not know every method and member.</summary>
    static NextStep AfterRefusal(int code) =>
        code is ErrorCode.MethodNotFound or ErrorCode.InvalidParams ? NextStep.FailNamingVersions : NextStep.Fail;

    /// <summary>How long to wait after <see cref="AttemptOutcome.TooFast"/>.</summary>
    public static TimeSpan TurnAfter(AttemptOutcome.TooFast outcome) =>
        outcome.RetryAfter < LongestTurn ? outcome.RetryAfter : LongestTurn;

    /// <summary>This step needs a new connection first; without one, the failure is reported.</summary>
    public static bool NeedsConnection(NextStep step) =>
        step is NextStep.Repeat or NextStep.RepeatOrRephrase or NextStep.RepeatOrGiveUp;

    /// <summary>What such a step comes to when a daemon answers at the new connection.</summary>
    /// <param name="step">One that <see cref="NeedsConnection"/>.</param>
    /// <param name="isSame">It is the daemon that was asked before, and knows the key of the request.</param>
    public static NextStep AtDaemon(NextStep step, bool isSame) => step switch
    {
        NextStep.RepeatOrRephrase when !isSame => NextStep.Rephrase,
        NextStep.RepeatOrGiveUp when !isSame => NextStep.GiveUp,
        _ => NextStep.Repeat,
    };

    /// <summary>What follows the attempt to reach a daemon that answers.</summary>
    /// <param name="failure">Null: one answers.</param>
    /// <param name="mayStart">The user lets the client start the daemon.</param>
    /// <param name="attempts">How many there were, the last one included.</param>
    public static NextStep AfterConnecting(DaemonException? failure, bool mayStart, int attempts)
    {
        if (failure is null) return NextStep.Return;
        var isGone = failure.Code is LocalError.NotRunning or LocalError.Disconnected;
        return isGone && mayStart && attempts < MostConnects ? NextStep.StartDaemon : NextStep.Fail;
    }

    /// <summary>A stream that was lost in this way may be asked for again.</summary>
    /// <param name="code">The code of the failure.</param>
    /// <param name="follows">It has no end of its own.</param>
    /// <param name="hasHeard">Something of it has arrived.</param>
    /// <param name="hasPositions">It continues exactly where it was, even if it does not follow.</param>
    public static bool MayResume(int code, bool follows, bool hasHeard, bool hasPositions) => code switch
    {
        LocalError.NoAnswerInTime => follows && hasHeard,
        // What does not follow is read from the files.
        LocalError.NotRunning => follows,
        LocalError.Disconnected or ErrorCode.ShuttingDown => follows || hasPositions || !hasHeard,
        _ => false,
    };

    /// <summary>A stream has been without a daemon for too long.</summary>
    public static bool GivesUp(int code, TimeSpan lostFor) =>
        code != LocalError.NoAnswerInTime && lostFor > GiveUpAfter;

    /// <summary>
    /// How long a stream waits before it connects again: twice as long each time, and different for each of many
    /// clients that have lost the same daemon.
    /// </summary>
    /// <param name="breaks">How often it was lost since it last heard something, this time not included.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan PauseBeforeResuming(int breaks, double chance)
    {
        var most = Math.Min(FirstPauseMs << Math.Min(breaks, MostDoublings), LongestPauseMs);
        return TimeSpan.FromMilliseconds(Math.Max(FirstPauseMs, most / 2 + (int)(chance * (most / 2))));
    }
}
