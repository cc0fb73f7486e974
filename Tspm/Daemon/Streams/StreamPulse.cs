using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Streams;

/// <summary>When a stream that has nothing to say owes its client a sign of life.</summary>
internal sealed class StreamPulse
{
    /// <summary>
    /// The client gives the daemon up after twice as long
    /// (<see cref="Tspm.Client.Connection.DaemonClient.DeadAfter"/>).
    /// </summary>
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>No wait is shorter.</summary>
    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    long _last = Stopwatch.GetTimestamp();

    /// <summary>Since something was sent.</summary>
    public TimeSpan Quiet => Stopwatch.GetElapsedTime(_last);

    /// <summary>How long something to send may be waited for.</summary>
    public TimeSpan Left => Every - Quiet is var left && left > Shortest ? left : Shortest;

    public bool IsDue => Quiet >= Every - Shortest;

    public void Sent() => _last = Stopwatch.GetTimestamp();
}
