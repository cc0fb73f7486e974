using Tspm.Protocol;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Client.Connection;

/// <summary>One wait for the daemon: what for, until when, and whom to tell when it takes long.</summary>
internal sealed class Wait(string method, TimeSpan? deadline, WaitNotice? notice)
{
    /// <summary>From when on a person wants to know what is going on.</summary>
    static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>How often it is said anew.</summary>
    static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>Upper bound of one poll(2); afterwards the deadline is checked again.</summary>
    const long LongestPollMs = 60_000;

    /// <summary>In a wait that may be long: how often it is checked that there is still somebody to wait for.</summary>
    static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(10);

    readonly long _start = Stopwatch.GetTimestamp();
    TimeSpan _nextLook = QuietFor;

    /// <summary>When to tell of the wait; null: never, or not again.</summary>
    TimeSpan? _nextTell = notice is null ? null : Slow;

    /// <summary>What was asked, for those who want to know what is waited for.</summary>
    public object? Request { get; init; }

    public string Method => method;

    /// <summary>"no answer to 'list'". The greeting, which nobody asked for by name, is not named.</summary>
    public static string NoAnswer(string method) =>
        method == Methods.Hello.Name ? "no answer from the daemon" : $"no answer to '{method}'";

    /// <summary>" 'list'"; empty for the greeting.</summary>
    public static string Of(string method) => method == Methods.Hello.Name ? "" : $" '{method}'";

    /// <summary>
    /// Called with <see cref="Method"/> each time that it has been quiet for long; throws when there is nothing to wait
    /// for.
    /// </summary>
    public Action<string>? OnQuiet { get; init; }

    /// <summary>Milliseconds until something is to be done; tells of a long wait when it is time.</summary>
    /// <exception cref="DaemonException">The deadline has passed.</exception>
    public int NextPoll()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed >= deadline)
        {
            var within = Tspm.Text.Duration.Format(deadline.Value);
            throw new DaemonException(LocalError.NoAnswerInTime, $"{NoAnswer(method)} within {within}");
        }
        if (elapsed >= _nextTell)
        {
            var again = notice!.Tell(method, Request, elapsed);
            elapsed = Stopwatch.GetElapsedTime(_start);
            _nextTell = again ? elapsed + Again : null;
        }
        if (OnQuiet is not null && elapsed >= _nextLook)
        {
            OnQuiet(method);
            _nextLook = Stopwatch.GetElapsedTime(_start) + QuietFor;
        }
        var next = deadline - elapsed ?? TimeSpan.MaxValue;
        if (_nextTell - elapsed is { } tell && tell < next) next = tell;
        if (OnQuiet is not null && _nextLook - elapsed < next) next = _nextLook - elapsed;
        return (int)Math.Clamp(next.Ticks / TimeSpan.TicksPerMillisecond + 1, 1, LongestPollMs);
    }
}
