using Tspm.Model;

namespace Tspm.Daemon;

/// <summary>How often a child followed another one since this daemon started, by the cause of it; for <c>metrics</c>.</summary>
internal sealed class RestartCounts
{
    readonly Lock _gate = new();
    readonly SortedDictionary<string, long> _byCause = new(StringComparer.Ordinal);

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
