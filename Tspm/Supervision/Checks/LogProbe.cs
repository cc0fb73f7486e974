using System.Text.RegularExpressions;
using Tspm.Logs.Reading;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Has it printed a line that matches? Reads the log files from where the present run began, and on when they grow.
/// Every look goes on where the last one ended. Matching is done on the runtime's threads, a bounded piece at a time.
/// </summary>
/// <param name="growth">Tells when there is more to read.</param>
/// <param name="pattern">Null: an earlier version accepted a pattern that this one cannot use; no line matches.</param>
/// <param name="logs">Where the lines are.</param>
internal sealed class LogProbe(LogGrowth growth, Regex? pattern, GrowingLog[] logs) : IProbe
{
    public IDisposable Look(Action<string?> told)
    {
        var look = new Search(this, told);
        growth.Grown += look.Grown;
        look.Go();
        return look;
    }

    sealed class Search(LogProbe probe, Action<string?> told) : IDisposable, IThreadPoolWorkItem
    {
        /// <summary>Lines looked at before others get their turn.</summary>
        const int LinesPerTurn = 1000;

        readonly GrowingLog[] _logs = probe.Logs;
        int _going;
        bool _matched;
        volatile bool _over;

        public void Dispose()
        {
            _over = true;
            probe.Growth.Grown -= Grown;
        }

        public void Grown(string path)
        {
            foreach (var log in _logs)
                if (log.Path == path) Go();
        }

        public void Go()
        {
            if (Interlocked.Exchange(ref _going, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        void IThreadPoolWorkItem.Execute()
        {
            // Before the files are read: what comes from here on is told again.
            Volatile.Write(ref _going, 0);
            Interlocked.MemoryBarrier();
            // A look that has just ended may still be reading.
            lock (probe)
            {
                if (_over) return;
                if (!TryRead(out var problem)) return;
                _over = true;
                told(problem);
            }
        }

        /// <summary>True: there is an answer.</summary>
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
                problem = "the expression takes too long on a line of the log";
                return true;
            }
            if (count >= LinesPerTurn) Go();
            // Only at the end: what lies behind a match must not answer for a later look.
            return _matched && count < LinesPerTurn;
        }
    }

    LogGrowth Growth => growth;

    Regex? Pattern => pattern;

    /// <summary>Why there is no pattern; continues a sentence that begins with it.</summary>
    public string? PatternProblem { get; init; }

    GrowingLog[] Logs => logs;
}
