using System.Text.RegularExpressions;
using Tspm.Logs.Reading;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Succeeds once the child has printed a matching line. Reads the log files from where the run's output begins and
/// continues as they grow; every attempt continues where the last one ended. Lines are matched on the thread pool, a
/// bounded number at a time.
/// </summary>
/// <param name="logChanges">Reports when there is more to read.</param>
/// <param name="pattern">
/// Null if this version cannot use a pattern that an earlier version accepted; then no line matches.
/// </param>
/// <param name="logs">The log files to read.</param>
internal sealed class LogProbe(LogChangeNotifier logChanges, Regex? pattern, LogTail[] logs) : IProbe
{
    public IDisposable Run(Action<string?> answered)
    {
        var search = new Search(this, answered);
        logChanges.Grown += search.Grown;
        search.Schedule();
        return search;
    }

    sealed class Search(LogProbe probe, Action<string?> answered) : IDisposable, IThreadPoolWorkItem
    {
        /// <summary>Lines examined before other work gets its turn.</summary>
        const int LinesPerTurn = 1000;

        readonly LogTail[] _logs = probe.Logs;
        int _scheduled;
        bool _matched;
        volatile bool _over;

        public void Dispose()
        {
            _over = true;
            probe.LogChanges.Grown -= Grown;
        }

        public void Grown(string path)
        {
            foreach (var log in _logs)
                if (log.Path == path) Schedule();
        }

        public void Schedule()
        {
            if (Interlocked.Exchange(ref _scheduled, 1) == 0)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        void IThreadPoolWorkItem.Execute()
        {
            // Reset before the files are read: output written from here on schedules another turn.
            Volatile.Write(ref _scheduled, 0);
            Interlocked.MemoryBarrier();
            // An attempt that has just ended may still be reading.
            lock (probe)
            {
                if (_over) return;
                if (!TryRead(out var problem)) return;
                _over = true;
                answered(problem);
            }
        }

        /// <summary>Reads the next lines.</summary>
        /// <returns>True if the attempt has an answer.</returns>
        bool TryRead(out string? problem)
        {
            problem = probe.Pattern is null ? $"the pattern cannot be used: it {probe.PatternProblem}" : null;
            if (problem is not null) return true;
            var count = 0;
            try
            {
                foreach (var log in _logs)
                    while (count < LinesPerTurn && log.TryRead() is { } line)
                    {
                        count++;
                        _matched |= !_matched && probe.Pattern!.IsMatch(line);
                    }
            }
            catch (RegexMatchTimeoutException)
            {
                problem = "the pattern takes too long on a line of the log";
                return true;
            }
            if (count >= LinesPerTurn) Schedule();
            // Answer only at the end of the logs: lines after the match must not satisfy a later attempt.
            return _matched && count < LinesPerTurn;
        }
    }

    LogChangeNotifier LogChanges => logChanges;

    Regex? Pattern => pattern;

    /// <summary>Why the pattern cannot be used; continues a sentence whose subject is the pattern.</summary>
    public string? PatternProblem { get; init; }

    LogTail[] Logs => logs;
}
