using Tspm.Model.State;

namespace Tspm.Daemon.Answers;

/// <summary>Converts the newest recorded exit to the <c>lastRun</c> of <c>list</c>.</summary>
internal static class LastRuns
{
    /// <returns>Null if no child has ended yet.</returns>
    public static LastRun? From(IReadOnlyList<RecentExit> newestFirst) =>
        newestFirst is not [var exit, ..] ? null : new LastRun
        {
            StartedAt = exit.StartedAt,
            EndedAt = exit.EndedAt,
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            Cause = exit.Cause,
        };
}
