using Tspm.Protocol;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Client.Connection;

/// <summary>One wait for the daemon: its request, its deadline, and the notice to show when it takes long.</summary>
internal sealed class Wait(string method, TimeSpan? deadline, WaitNotice? notice)
{
    /// <summary>Upper bound of one poll(2); afterwards the deadline is checked again.</summary>
    const long LongestPollMs = 60_000;

    /// <summary>During a long wait, how often to check that the daemon is still alive.</summary>
    static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    readonly long _start = Stopwatch.GetTimestamp();
    TimeSpan _nextCheck = CheckInterval;

    /// <summary>When to show the notice next; null to show none.</summary>
    TimeSpan? _nextNotice = notice?.FirstAfter(method);

    /// <summary>The request, from which the notice finds the processes that it waits for.</summary>
    public object? Request { get; init; }

    public string Method => method;

    /// <summary>"no answer to 'list'". Does not name the greeting, which no user typed.</summary>
    public static string NoAnswer(string method) =>
        method == Methods.Hello.Name ? "no answer from the daemon" : $"no answer to '{method}'";

    /// <summary>" 'list'"; empty for the greeting.</summary>
    public static string Quoted(string method) => method == Methods.Hello.Name ? "" : $" '{method}'";

    /// <summary>
    /// Called with <see cref="Method"/> whenever nothing has arrived for a while. Throws if no answer can come any
    /// more.
    /// </summary>
    public Action<string>? OnQuiet { get; init; }

    /// <summary>Returns the milliseconds until the next action is due, and shows the notice if that is due.</summary>
    /// <exception cref="DaemonException">The deadline has passed.</exception>
    public int NextPoll()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed >= deadline)
        {
            var within = Tspm.Text.Duration.Format(deadline.Value);
            throw new DaemonException(LocalError.NoAnswerInTime, $"{NoAnswer(method)} within {within}");
        }
        if (elapsed >= _nextNotice)
        {
            var again = notice!.Show(method, Request, elapsed);
            elapsed = Stopwatch.GetElapsedTime(_start);
            _nextNotice = again ? elapsed + notice.Interval : null;
        }
        if (OnQuiet is not null && elapsed >= _nextCheck)
        {
            OnQuiet(method);
            _nextCheck = Stopwatch.GetElapsedTime(_start) + CheckInterval;
        }
        var next = deadline - elapsed ?? TimeSpan.MaxValue;
        if (_nextNotice - elapsed is { } untilNotice && untilNotice < next) next = untilNotice;
        if (OnQuiet is not null && _nextCheck - elapsed < next) next = _nextCheck - elapsed;
        return (int)Math.Clamp(next.Ticks / TimeSpan.TicksPerMillisecond + 1, 1, LongestPollMs);
    }
}
