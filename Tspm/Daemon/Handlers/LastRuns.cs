using Tspm.Model;

namespace Tspm.Daemon.Handlers;

/// <summary>From the newest recorded exit to the <c>lastRun</c> of <c>list</c>.</summary>
internal static class LastRuns
{
    /// <summary>Null when no child has ended yet.</summary>
    public static LastRun? Of(IReadOnlyList<RecentExit> newestFirst) =>
        newestFirst is not [var exit, ..] ? null : new LastRun
        {
            StartedAt = exit.StartedAt, EndedAt = exit.EndedAt, ExitCode = exit.ExitCode, Signal = exit.Signal,
            Cause = CauseOf(exit),
        };

    // MERGE: replace this method by the cause code that RecentExit keeps, and delete it.
    /// <summary>The code for what <see cref="RecentExit.Reason"/> says; null when it says something else.</summary>
    static string? CauseOf(RecentExit exit)
    {
        var status = new ExitStatus(exit.ExitCode, SignalOf(exit.Signal));
        var itself = status.ToString();
        if (exit.Reason == itself) return status.IsSuccess ? EventCause.Exit : EventCause.Crash;
        if (!exit.Reason.StartsWith(itself, StringComparison.Ordinal)) return null;
        return exit.Reason.EndsWith(" by user", StringComparison.Ordinal) ? EventCause.User
            : exit.Reason[itself.Length] == ':' ? null : EventCause.Background;
    }

    static int? SignalOf(string? name) => name is not null && Signals.TryParse(name, out var number) ? number : null;
}
