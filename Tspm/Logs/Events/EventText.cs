using System.Globalization;
using Tspm.Model;

namespace Tspm.Logs.Events;

/// <summary>An event in words: what the name of its process is put in front of.</summary>
internal static class EventText
{
    /// <summary>Kinds that say something beside the lines of a log; the others only lead from one of these to the next.</summary>
    public static bool StandsInLogs(ProcessEvent happened) => happened.Id is not null && happened.Kind is
        EventKind.Started or EventKind.Restarted or EventKind.Ready or EventKind.Unfit or EventKind.Stopping or EventKind.Killed or EventKind.Exited or EventKind.Errored or EventKind.Failed
        or EventKind.OutOfMemory or EventKind.HookFailed or EventKind.Leftovers;

    public static string Of(ProcessEvent happened) => happened.Kind switch
    {
        EventKind.PreStart => "preStart runs",
        EventKind.Started => $"started, pid {Number(happened.Pid)}{Because(happened)}",
        EventKind.Restarted => $"restarted, pid {Number(happened.Pid)}",
        EventKind.Ready => "is ready",
        EventKind.Unfit => $"has to go: {happened.Reason}",
        EventKind.Stopping => $"is stopping{Because(happened)}",
        EventKind.Killed => $"was killed: {happened.Reason}",
        EventKind.Exited => Exit(happened) + Background(happened) + Next(happened),
        EventKind.Waiting => $"is waiting: {happened.Reason}{Next(happened)}",
        EventKind.Errored => $"is errored: {happened.Reason}",
        EventKind.Failed => $"could not be started: {happened.Reason}{Next(happened)}",
        EventKind.Stopped => $"is stopped: {happened.Reason}",
        EventKind.Leftovers => $"left processes behind that did not end in time and were killed: {happened.Reason}",
        EventKind.OutOfMemory => $"ran out of memory: {happened.Reason}",
        EventKind.Request => $"{happened.Request} asked for by {By(happened)}{(happened.Selectors is { Count: > 0 } about ? ": " + string.Join(' ', about) : "")}",
        EventKind.Lost => $"{happened.Lost?.ToString(CultureInfo.InvariantCulture)} events could not be written here",
        EventKind.TroubleOver => $"over: {happened.Reason}",
        _ => happened.Reason ?? happened.Kind,
    };

    /// <summary>How a child ended: "exited with code 1", "was killed by SIGSEGV", "ended, nobody saw how".</summary>
    public static string Exit(ProcessEvent happened) =>
        happened.ExitCode is { } code ? $"exited with code {Number(code)}" : happened.Signal is { } signal ? $"was killed by {signal}" : "ended, nobody saw how";

    /// <summary>"uid 1000, pid 4711".</summary>
    public static string By(ProcessEvent happened) => string.Create(CultureInfo.InvariantCulture, $"uid {happened.ByUid}, pid {happened.ByPid}");

    static string Background(ProcessEvent happened) => happened.Cause == EventCause.Background ? $" {happened.Reason}" : "";

    static string Because(ProcessEvent happened) =>
        happened.Reason is not { Length: > 0 } reason ? "" : happened.ByUid is null ? $": {reason}" : $": {reason} ({By(happened)})";

    static string Next(ProcessEvent happened) => happened.NextStartInMs switch
    {
        null => "",
        0 => "; starting again",
        { } delay => $"; starting again in {Duration.Format(TimeSpan.FromMilliseconds(delay))}",
    };

    static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
