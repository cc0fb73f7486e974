using Tspm.Model.State;

namespace Tspm.Daemon;

/// <summary>
/// How often a child followed another one since this daemon started, by the cause of it; for <c>metrics</c>.
/// </summary>
internal sealed class RestartCounts
{
    /// <summary>
    /// Shown from the beginning, with 0: a counter that comes up at 1 hides its first one from who looks at increases.
    /// </summary>
    static readonly string[] Causes =
    [
        CauseCode.Crash, CauseCode.Exit, CauseCode.User, CauseCode.Memory, CauseCode.OutOfMemory, CauseCode.Health,
        CauseCode.Watchdog, CauseCode.NotReady, CauseCode.Watch, CauseCode.Schedule,
        CauseCode.Dependency, CauseCode.Spawn,
    ];

    readonly Lock _gate = new();
    readonly SortedDictionary<string, long> _byCause = new(StringComparer.Ordinal);

    public RestartCounts()
    {
        foreach (var cause in Causes) _byCause[cause] = 0;
    }

    public void Note(ProcessEvent happened)
    {
        if (happened.Kind != EventKind.Restarted) return;
        var cause = happened.Cause ?? "unknown";
        lock (_gate) _byCause[cause] = _byCause.TryGetValue(cause, out var count) ? count + 1 : 1;
    }

    public KeyValuePair<string, long>[] All()
    {
        lock (_gate) return [.. _byCause];
    }
}
