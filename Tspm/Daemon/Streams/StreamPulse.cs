namespace Tspm.Daemon.Streams;

/// <summary>Tracks when a quiet stream has to send its client a heartbeat.</summary>
internal sealed class StreamPulse(TimeProvider clock)
{
    /// <summary>
    /// The interval of heartbeats. After twice this time the client considers the daemon dead
    /// (<see cref="Tspm.Client.Connection.DaemonClient.DeadAfter"/>).
    /// </summary>
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>The shortest wait.</summary>
    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    long _last = clock.GetTimestamp();

    /// <summary>The time since the last send.</summary>
    public TimeSpan Quiet => clock.GetElapsedTime(_last);

    /// <summary>How long the stream may wait for something to send before a heartbeat is due.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = Every - Quiet;
            return left > Shortest ? left : Shortest;
        }
    }

    public bool IsDue => Quiet >= Every - Shortest;

    public void Sent() => _last = clock.GetTimestamp();
}
