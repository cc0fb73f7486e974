using Tspm.Guardian.Contract;

namespace Tspm.Guardian;

/// <summary>
/// Counts consecutive daemon failures and computes the delay before the next start: none after the first failure, then
/// one step more after each, up to half a second.
/// </summary>
/// <param name="Count">Consecutive failures; a daemon that has run long enough starts a new count.</param>
/// <param name="LastStatus">Wait status of the last daemon; null: it could not be started.</param>
internal readonly record struct DaemonFailures(int Count, int? LastStatus)
{
    static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromMilliseconds(500);

    public static DaemonFailures None => default;

    /// <summary>Delay from the start of the last daemon to the start of the next one.</summary>
    public TimeSpan Delay => Count > Longest / Step ? Longest : Step * Math.Max(0, Count - 1);

    public DaemonFailures AfterDeath(int waitStatus, TimeSpan lived) =>
        new(lived > DeathTally.LivedLong ? 1 : Count + 1, waitStatus);

    public DaemonFailures AfterFailedStart() => new(Count + 1, null);
}
