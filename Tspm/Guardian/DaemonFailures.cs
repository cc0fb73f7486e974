using Tspm.Guardian.Contract;

namespace Tspm.Guardian;

/// <summary>
/// Daemons that failed one after the other, and the delay that follows: none after the first, then a step more after
/// each, up to half a second.
/// </summary>
/// <param name="Count">How many in a row; a daemon that lived long begins a new row.</param>
/// <param name="LastStatus">How the last one ended, as wait4 reports it; null: it could not be started.</param>
internal readonly record struct DaemonFailures(int Count, int? LastStatus)
{
    static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromMilliseconds(500);

    public static DaemonFailures None => default;

    /// <summary>From the start of the last daemon to the start of the next.</summary>
    public TimeSpan Delay => Count > Longest / Step ? Longest : Step * Math.Max(0, Count - 1);

    public DaemonFailures AfterDeath(int waitStatus, TimeSpan lived) =>
        new(lived > DeathTally.LivedLong ? 1 : Count + 1, waitStatus);

    public DaemonFailures AfterFailedStart() => new(Count + 1, null);
}
