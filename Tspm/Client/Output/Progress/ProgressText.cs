using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Progress;

/// <summary>What a process that is not done is doing, and how long at most: <c>stopping, SIGKILL in 7 s</c>.</summary>
internal static class ProgressText
{
    /// <summary>A phrase without control characters.</summary>
    public static string Describe(ProcessStatus process) => ControlText.Escape(process switch
    {
        { State: ProcessState.Stopping } => Joined(Display.State(process.State), Stopping(process)),
        { WaitsFor: { } what } => Joined($"waiting for {what}", TimeLeft(process)),
        { State: ProcessState.Waiting, NextStartInMs: { } ms } => $"waiting, restarts in {Display.NextTry(ms)}",
        { State: ProcessState.Waiting } => Joined($"waiting, {process.Reason}", Kill(process)),
        _ => Joined(Display.State(process.State), TimeLeft(process)),
    });

    static string Stopping(ProcessStatus process)
    {
        if (process.WaitsFor is { } what) return $"waiting for {what}";
        if (process.Pid is null) return Joined("ending leftover processes", Kill(process));
        if (process.KillInMs is not null) return Kill(process);
        return process.StopSignal is null ? "" : "SIGKILL sent";
    }

    static string Kill(ProcessStatus process) =>
        process.KillInMs is { } ms ? $"SIGKILL in {Display.NextTry(ms)}" : "";

    static string TimeLeft(ProcessStatus process) =>
        process.StartTimeoutInMs is { } ms ? ProcessInfo.TimeLeft(process, ms) : "";

    static string Joined(string words, string more) => more.Length == 0 ? words : $"{words}, {more}";
}
