using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Output;

/// <summary>
/// Adds to the state of a process: what it is waiting for and how long, when it runs next, or how its last run ended.
/// </summary>
internal static class ProcessInfo
{
    const string NextRun = "next run ";

    /// <summary>A phrase without control characters; empty if there is nothing to add to the state.</summary>
    /// <param name="process">The process.</param>
    /// <param name="now">The time by the user's clock, in the user's time zone.</param>
    public static string Describe(ProcessStatus process, DateTimeOffset now)
    {
        var words = process.State switch
        {
            ProcessState.Waiting => Waiting(process),
            ProcessState.Starting => Starting(process),
            ProcessState.Stopping => Stopping(process),
            ProcessState.Online when process.WaitsFor is not null => Starting(process),
            ProcessState.Stopped when process.NextRunAt is null => LastRun(process, now),
            ProcessState.Online => Online(process, now),
            ProcessState.Errored when process.LastRun is { } run => HowItEnded(run, now),
            _ => Schedule(process, now),
        };
        return ControlText.Escape(words);
    }

    /// <summary>Whether the state will change soon, so that the user needs the whole phrase.</summary>
    public static bool IsPressing(ProcessStatus process) =>
        process.State is ProcessState.Waiting or ProcessState.Starting or ProcessState.Stopping;

    /// <summary>How long the failure before the present run is mentioned.</summary>
    static readonly TimeSpan RecentFailure = TimeSpan.FromHours(24);

    /// <summary>
    /// That the health is bad, then the next time of the schedule, and a failure that is not long ago.
    /// </summary>
    static string Online(ProcessStatus process, DateTimeOffset now)
    {
        List<string> parts = [];
        if (process.Health == false) parts.Add("unhealthy");
        if (process.NextRunAt is { } next) parts.Add(NextRun + Display.Moment(next, now));
        if (process.LastRun is { } run && CauseCode.IsFailure(run.Cause) && now - run.EndedAt < RecentFailure)
            parts.Add($"last: {HowItEnded(run, now)}");
        return string.Join("; ", parts);
    }

    static string Waiting(ProcessStatus process)
    {
        if (process.NextStartInMs is { } ms) return $"restarts in {Display.NextTry(ms)}";
        return process.KillInMs is { } kill ? $"{process.Reason}, {Kill(kill)}" : process.Reason;
    }

    static string Starting(ProcessStatus process)
    {
        if (process.WaitsFor is not { } what) return "";
        var left = process.StartTimeoutInMs is { } ms ? $" ({TimeLeft(process, ms)})" : "";
        return $"waits for {what}{left}";
    }

    /// <summary>"12 of 60 s"; for a reload, whose new child has no uptime here, "48 s left".</summary>
    public static string TimeLeft(ProcessStatus process, long left)
    {
        if (process is not { State: ProcessState.Starting, UptimeMs: { } gone }) return $"{Display.NextTry(left)} left";
        var all = TimeSpan.FromSeconds(Math.Round((gone + left) / 1000.0));
        var elapsed = TimeSpan.FromSeconds(gone / 1000);
        return all <= TimeSpan.FromMinutes(2)
            ? string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds} of {all.TotalSeconds} s")
            : $"{Duration.Format(elapsed)} of {Duration.Format(all)}";
    }

    static string Stopping(ProcessStatus process)
    {
        if (process.WaitsFor is { } what) return $"waits for {what}";
        var sent = process.StopSignal is { } signal ? $"{signal} sent"
            : process.Pid is null ? "ending leftover processes" : "";
        if (process.KillInMs is { } ms) return sent.Length > 0 ? $"{sent}, {Kill(ms)}" : Kill(ms);
        // An older daemon does not report the time of the kill.
        return process.StopSignal is not null ? "SIGKILL sent" : "";
    }

    static string Kill(long ms) => $"SIGKILL in {Display.NextTry(ms)}";

    static string Schedule(ProcessStatus process, DateTimeOffset now)
    {
        if (process.NextRunAt is not { } next) return "";
        var words = NextRun + Display.Moment(next, now);
        return process is { State: ProcessState.Stopped, LastRun.Cause: var cause } && CauseCode.IsFailure(cause)
            ? $"{words}; last: {LastRun(process, now)}" : words;
    }

    static string LastRun(ProcessStatus process, DateTimeOffset now)
    {
        // An older daemon does not report the last run, only the last exit.
        if (process.LastRun is not { } run) return process is { ExitCode: null, Signal: null } ? "never started" : "";
        var ended = $"({HowItEnded(run, now)})";
        return run.Cause switch
        {
            CauseCode.Exit => "completed " + ended,
            CauseCode.Background => "went into the background " + ended,
            _ when CauseCode.IsFailure(run.Cause) => "failed " + ended,
            // A user or the shutdown of the daemon has stopped it.
            _ when run.Signal == "SIGKILL" => "killed " + ended,
            _ => "",
        };
    }

    /// <summary>"exit 7, 3 min ago": short, because the column is narrow.</summary>
    static string HowItEnded(LastRun run, DateTimeOffset now)
    {
        var how = run.ExitCode is { } code ? $"exit {Display.Number(code)}" : run.Signal ?? "exit status unknown";
        return $"{how}, {Ago(now - run.EndedAt)}";
    }

    /// <summary>"3 min ago": for the past, one unit is precise enough.</summary>
    static string Ago(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? Ago(Math.Max(0, time.TotalSeconds), "s")
        : time < TimeSpan.FromHours(1) ? Ago(time.TotalMinutes, "min")
        : time < TimeSpan.FromDays(1) ? Ago(time.TotalHours, "h") : Ago(time.TotalDays, "d");

    static string Ago(double count, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(count)} {unit} ago");
}
