using System.Globalization;
using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>Which run <c>--run</c> means.</summary>
internal static class LogRuns
{
    /// <summary>Pids end far below, numbers of runs begin far above (they are times in ticks).</summary>
    const long LargestPid = 1L << 32;

    /// <param name="choice">"last", a negative number, a pid, or a run's number.</param>
    /// <param name="indexes">Of all streams of one instance.</param>
    /// <returns>Null: there is none such.</returns>
    public static ulong? Find(string choice, IEnumerable<LogIndexReader> indexes)
    {
        var number = choice == "last"
            ? 0
            : long.Parse(choice, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var runs = new HashSet<ulong>();
        foreach (var index in indexes) Collect(index, number, runs);
        if (number > LargestPid) return runs.Contains((ulong)number) ? (ulong)number : null;
        var newestFirst = runs.OrderDescending().ToList();
        // A pid may have been given twice: the newest run with it is meant.
        var place = number > 0 ? 0 : -number;
        return place < newestFirst.Count ? newestFirst[(int)place] : null;
    }

    /// <summary>From the newest back, only as far as is needed.</summary>
    static void Collect(LogIndexReader index, long number, HashSet<ulong> runs)
    {
        var begun = 0;
        foreach (var entry in index.Backwards())
        {
            if (entry.RunId == 0 || entry.Kind is not (LogIndexKind.Started or LogIndexKind.Bytes)) continue;
            var isByPid = number is > 0 and <= LargestPid;
            if (isByPid ? entry.Kind != LogIndexKind.Started
                || entry.Value != (ulong)number : number > 0 && entry.RunId != (ulong)number) continue;
            runs.Add(entry.RunId);
            if (number > 0 || (entry.Kind == LogIndexKind.Started && begun++ == -number)) return;
        }
    }
}
