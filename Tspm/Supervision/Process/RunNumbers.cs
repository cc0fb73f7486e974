namespace Tspm.Supervision.Process;

/// <summary>
/// Increasing run numbers, higher than those of all earlier runs and daemons (provided that the wall clock is not far
/// behind). One instance per daemon, used on the supervisor's thread.
/// </summary>
internal sealed class RunNumbers(TimeProvider clock)
{
    ulong _last;

    /// <summary>A number above that of every run so far, and not above that of any later one.</summary>
    public ulong Upcoming => _last + 1;

    public ulong Next() => _last = Math.Max(_last + 1, (ulong)clock.GetUtcNow().UtcTicks);

    /// <summary>Makes all further numbers higher than that of a run of an earlier daemon.</summary>
    public void SkipPast(ulong runId) => _last = Math.Max(_last, runId);
}
