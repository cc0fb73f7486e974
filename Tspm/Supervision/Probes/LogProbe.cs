using System.Text.RegularExpressions;
using Tspm.Logs;

namespace Tspm.Supervision.Probes;

/// <summary>
/// Has it printed a line that matches? Reads the log files from where the present run began, and on when they grow. Every look goes on where the last one ended. Matching is done on the
/// runtime's threads, a bounded piece at a time.
/// </summary>
internal sealed class LogProbe(LogGrowth growth, Regex pattern, IReadOnlyList<GrowingLog> logs) : IProbe
{
    /// <summary>Lines looked at before others get their turn.</summary>
    const int LinesPerTurn = 1000;

    public IDisposable Look(Action<string?> told)
    {
        var end = new CancellationTokenSource();
        _ = Watch(told, end.Token);
        return new Ending(end);
    }

    async Task Watch(Action<string?> told, CancellationToken end)
    {
        // Before the first look into the files: what comes meanwhile is told.
        using var subscription = growth.Follow(logs.Select(static log => log.Path));
        try
        {
            var matched = false;
            await Task.Yield();
            while (!end.IsCancellationRequested)
            {
                var count = 0;
                foreach (var log in logs)
                    while (count < LinesPerTurn && log.TryRead() is { } line)
                    {
                        count++;
                        matched |= !matched && pattern.IsMatch(line);
                    }
                if (count >= LinesPerTurn) await Task.Yield();
                // Only at the end: what lies behind a match must not answer for a later look.
                else if (matched) break;
                else await subscription.Changed(Timeout.InfiniteTimeSpan, end);
            }
            if (!end.IsCancellationRequested) told(null);
        }
        catch (OperationCanceledException)
        {
            // Nobody asks any more.
        }
        catch (RegexMatchTimeoutException)
        {
            told("the expression takes too long on a line of the log");
        }
    }

    sealed class Ending(CancellationTokenSource source) : IDisposable
    {
        public void Dispose() => source.Cancel();
    }
}
