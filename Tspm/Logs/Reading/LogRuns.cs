using System.Globalization;
using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>Resolves the value of <c>--run</c>.</summary>
internal static class LogRuns
{
    /// <summary>Pids are far smaller, and run numbers, which are times in ticks, far larger.</summary>
    const long LargestPid = 1L << 32;

    /// <summary>Finds the run.</summary>
    /// <param name="choice">"last", a negative number (runs before the last one), a pid, or the number of a
    /// run.</param>
    /// <param name="indexes">The indexes of all streams of one instance.</param>
    /// <returns>Null if there is no such run.</returns>
    public static ulong? Find(string choice, IEnumerable<LogIndexReader> indexes)
    {
        var number = choice == "last"
            ? 0
            : long.Parse(choice, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var runs = new HashSet<ulong>();
        foreach (var index in indexes) Collect(index, number, runs);
        if (number > LargestPid) return runs.Contains((ulong)number) ? (ulong)number : null;
        var newestFirst = runs.OrderDescending().ToList();
        // If several runs had the same pid, the newest one is meant.
        var place = number > 0 ? 0 : -number;
        return place < newestFirst.Count ? newestFirst[(int)place] : null;
    }

    /// <summary>Collects runs backwards from the newest one, only as far as needed.</summary>
    static void Collect(LogIndexReader index, long number, HashSet<ulong> runs)
    {
        var begun = 0;
        foreach (var entry in index.Backwards())
        {
            if (entry.RunId == 0 || entry.Kind is not (LogIndexKind.Started or LogIndexKind.Bytes)) continue;
            if (!IsCandidate(entry, number)) continue;
            runs.Add(entry.RunId);
            if (number > 0 || (entry.Kind == LogIndexKind.Started && begun++ == -number)) return;
        }
    }

    static bool IsCandidate(LogIndexEntry entry, long number)
    {
        if (number <= 0) return true;
        if (number > LargestPid) return entry.RunId == (ulong)number;
        return entry.Kind == LogIndexKind.Started && entry.Value == (ulong)number;
    }
}
