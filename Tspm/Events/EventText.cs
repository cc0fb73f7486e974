using System.Globalization;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Text;

namespace Tspm.Events;

/// <summary>
/// The only place where an event becomes a sentence. Callers put the name of the process in front of it. <see
/// cref="CauseText"/> has the phrases for causes.
/// </summary>
internal static class EventText
{
    /// <summary>
    /// Whether the event is shown among the lines of a log. The kinds left out are only steps between those shown.
    /// </summary>
    public static bool AppearsInLogs(ProcessEvent happened) => happened.Id is not null && !IsRepetition(happened)
        && happened.Kind is EventKind.Started or EventKind.Restarted or EventKind.Ready or EventKind.Unfit
            or EventKind.Stopping or EventKind.Killed or EventKind.Exited or EventKind.Errored or EventKind.Failed
            or EventKind.OutOfMemory or EventKind.HookFailed or EventKind.Leftovers
            or EventKind.Reloading or EventKind.Reloaded or EventKind.ReloadFailed;

    /// <summary>
    /// Whether the event is only the state change that follows an exit or a failed start, whose own event says the
    /// same. People get one line per crash; programs get both events.
    /// </summary>
    public static bool IsRepetition(ProcessEvent happened) => happened.Kind switch
    {
        EventKind.Waiting or EventKind.Errored or EventKind.Stopped =>
            CauseCode.IsEnd(happened.Cause, happened.Request),
        _ => false,
    };

    /// <summary>The whole sentence, without the name and without a full stop.</summary>
    public static string Describe(ProcessEvent happened) => happened.Kind switch
    {
        EventKind.PreStart => "preStart is running",
        EventKind.Started => $"started, pid {Number(happened.Pid)}{Because(happened)}",
        EventKind.Restarted when IsAfterEnd(happened) => $"restarted, pid {Number(happened.Pid)}",
        EventKind.Restarted => $"restarted, pid {Number(happened.Pid)}{Because(happened)}",
        EventKind.Ready => "is ready",
        EventKind.Unfit => $"is being stopped: {happened.Reason}",
        EventKind.Stopping => $"is stopping{Because(happened)}",
        EventKind.Killed when happened.OtherPid is not null => $"{Child(happened)} was killed: {happened.Reason}",
        EventKind.Killed => $"was killed: {happened.Reason}",
        EventKind.Exited when happened.OtherPid is not null => SecondExit(happened),
        EventKind.Exited => Exit(happened) + Background(happened) + Outcome(happened) + Next(happened),
        EventKind.Waiting when happened.Cause == CauseCode.Dependency => happened.Reason ?? "is waiting",
        EventKind.Waiting => $"is waiting: {happened.Reason}{Next(happened)}",
        EventKind.Errored => $"is errored: {happened.Reason}",
        EventKind.Failed =>
            $"could not be started: {happened.Reason}{Outcome(happened)}{Next(happened, "trying again")}",
        EventKind.Withdrawn => "was not added, because it could not be started",
        // If a child had to be stopped, the line before this one names the requester.
        EventKind.Stopped when happened.From == StateNames.NameOf(ProcessState.Stopping) =>
            $"is stopped: {happened.Reason}",
        EventKind.Stopped => $"is stopped{Because(happened)}",
        EventKind.Reloading =>
            $"reload: pid {Number(happened.Pid)} started beside pid {Number(happened.OtherPid)}{Because(happened)}",
        EventKind.Reloaded => $"reloaded: pid {Number(happened.Pid)} replaces pid {Number(happened.OtherPid)}",
        EventKind.ReloadFailed => $"reload failed: {happened.Reason}",
        EventKind.Leftovers =>
            $"left processes behind that did not end in time and were killed: {happened.Reason}",
        EventKind.OutOfMemory => $"ran out of memory: {happened.Reason}",
        EventKind.Request => $"{happened.Request} requested by {By(happened)}{About(happened)}",
        EventKind.Lost =>
            $"{happened.Lost?.ToString(CultureInfo.InvariantCulture)} events are missing here; "
                + "they could not be written",
        EventKind.TroubleOver => $"resolved: {happened.Reason}",
        _ => happened.Sentence ?? happened.Reason ?? happened.Kind,
    };

    /// <summary>
    /// How a child ended: "exited with code 1", "was killed by SIGSEGV", "ended by SIGTERM" (for a requested stop),
    /// "ended, exit status unknown".
    /// </summary>
    public static string Exit(ProcessEvent happened)
    {
        if (happened.ExitCode is { } code) return $"exited with code {Number(code)}";
        if (happened.Cause == CauseCode.Reboot) return "ended when the machine went down";
        if (happened.Signal is not { } signal) return "ended, exit status unknown";
        var isOwnEnd = happened.Cause is null or CauseCode.Unknown || CauseCode.IsOwnEnd(happened.Cause);
        var wasAsked = !isOwnEnd && signal != Signals.NameOf(Signals.SIGKILL);
        return wasAsked ? $"ended by {signal}" : $"was killed by {signal}";
    }

    /// <summary>
    /// Tells the two children of a reload apart: true if the exited child was the new one, which was given up; false if
    /// it was the old one, which was replaced.
    /// </summary>
    public static bool IsOfNewChild(ProcessEvent happened) => happened.OtherPid is not null
        && happened is not { Cause: CauseCode.User, Request: not CauseRequest.Signal };

    /// <summary>The requester, for example "uid 1000, pid 4711".</summary>
    public static string By(ProcessEvent happened) =>
        string.Create(CultureInfo.InvariantCulture, $"uid {happened.ByUid}, pid {happened.ByPid}");

    static string SecondExit(ProcessEvent happened)
    {
        var why = happened.Reason is { Length: > 0 } reason ? $": {reason}" : " before it was ready";
        return $"{Child(happened)} {Exit(happened)}{why}";
    }

    static string Child(ProcessEvent happened) =>
        $"the {(IsOfNewChild(happened) ? "new" : "old")} child, pid {Number(happened.Pid)},";

    static string Background(ProcessEvent happened) =>
        happened.Cause == CauseCode.Background ? $" and {happened.Reason}" : "";

    static string Because(ProcessEvent happened)
    {
        if (happened.Reason is not { Length: > 0 } reason) return "";
        return happened.ByUid is null ? $": {reason}" : $": {reason} ({By(happened)})";
    }

    static bool IsAfterEnd(ProcessEvent happened) => CauseCode.IsEnd(happened.Cause, happened.Request);

    static string About(ProcessEvent happened) =>
        happened.Selectors is { Count: > 0 } about ? ": " + string.Join(' ', about) : "";

    static string Outcome(ProcessEvent happened) => happened.Outcome is null ? "" : CauseText.Outcome(
        new Cause(happened.Cause ?? CauseCode.Unknown)
        {
            Outcome = happened.Outcome,
            Failures = happened.Failures ?? 0,
        });

    /// <summary>Rounds up: part of a delay of 1 s has passed when the event is recorded, which leaves 999 ms.</summary>
    static long Rounded(long ms)
    {
        var step = ms < 500 ? 10 : 50;
        return (ms + step - 1) / step * step;
    }

    static string Next(ProcessEvent happened, string verb = "restarting") => happened.NextStartInMs switch
    {
        null => "",
        0 => $"; {verb} now",
        { } delay => $"; {verb} in {Duration.Format(TimeSpan.FromMilliseconds(Rounded(delay)))}",
    };

    static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
