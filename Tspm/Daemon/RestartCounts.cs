using Tspm.Model.State;

namespace Tspm.Daemon;

/// <summary>
/// Counts the restarts since this daemon started, by cause, for <c>metrics</c>.
/// </summary>
internal sealed class RestartCounts
{
    /// <summary>
    /// Causes that are shown from the beginning, with 0: if a counter first appeared with 1, a query for increases
    /// would miss the first restart.
    /// </summary>
    static readonly string[] Causes =
    [
        CauseCode.Crash, CauseCode.Exit, CauseCode.User, CauseCode.Memory, CauseCode.OutOfMemory, CauseCode.Health,
        CauseCode.Watchdog, CauseCode.NotReady, CauseCode.Watch, CauseCode.Schedule,
        CauseCode.Dependency, CauseCode.Spawn,
    ];

    readonly Lock _gate = new();
    readonly Dictionary<string, long> _byCause = new(StringComparer.Ordinal);

    public RestartCounts()
    {
        foreach (var cause in Causes) _byCause[cause] = 0;
    }

    public void Count(ProcessEvent happened)
    {
        if (happened.Kind != EventKind.Restarted) return;
        var cause = happened.Cause ?? "unknown";
        lock (_gate) _byCause[cause] = _byCause.TryGetValue(cause, out var count) ? count + 1 : 1;
    }

    /// <summary>The counts by cause, in the order of the causes' names.</summary>
    public KeyValuePair<string, long>[] All()
    {
        lock (_gate)
        {
            string[] causes = [.. _byCause.Keys];
            Array.Sort(causes, StringComparer.Ordinal);
            var all = new KeyValuePair<string, long>[causes.Length];
            for (var i = 0; i < all.Length; i++) all[i] = new(causes[i], _byCause[causes[i]]);
            return all;
        }
    }
}
