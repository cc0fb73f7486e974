namespace Tspm.Supervision.Process;

/// <summary>
/// Numbers for runs, growing: larger than those of all earlier runs, also of earlier daemons (as long as the wall clock
/// is not far behind). One set per daemon, used on the supervisor's thread.
/// </summary>
internal sealed class RunNumbers(TimeProvider clock)
{
    ulong _last;

    /// <summary>All runs so far have a lower number, and all later ones have not.</summary>
    public ulong Upcoming => _last + 1;

    public ulong Next() => _last = Math.Max(_last + 1, (ulong)clock.GetUtcNow().UtcTicks);

    /// <summary>A run of an earlier daemon: the next ones come after it.</summary>
    public void Met(ulong runId) => _last = Math.Max(_last, runId);
}
