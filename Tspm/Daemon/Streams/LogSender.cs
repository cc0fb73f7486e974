using System.Buffers;
using Tspm.Daemon.Control;
using Tspm.Protocol;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Streams;

/// <summary>
/// Sends lines to one client in batches. Reading and searching happen in short slices, and only one client reads at a
/// time, so that requests with quick answers always find a free thread. Waiting for a slow client is not part of a
/// slice.
/// </summary>
/// <param name="connection">The client.</param>
/// <param name="clock">Times the heartbeats.</param>
internal sealed class LogSender(ClientConnection connection, TimeProvider clock)
{
    const int BatchBytes = 64 << 10;

    /// <summary>How long one client may read before the next one gets its turn.</summary>
    static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(5);

    /// <summary>How often a client gets a heartbeat while a long search finds nothing.</summary>
    static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(2);

    static readonly SemaphoreSlim Reading = new(1, 1);

    readonly ArrayBufferWriter<byte> _batch = new();
    readonly StreamPulse _pulse = new(clock);

    /// <summary>The number of lines sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>
    /// The time until the next heartbeat is due. The next <see cref="Send"/> after that sends it, even without lines.
    /// </summary>
    public TimeSpan UntilHeartbeat => _pulse.Left;

    /// <summary>
    /// Sends all lines of a sequence. A null in the sequence is a point at which other clients may get their turn.
    /// </summary>
    public async Task Send(IEnumerable<LogLine?> lines)
    {
        using var next = lines.GetEnumerator();
        var more = true;
        while (more)
        {
            connection.CheckForClient();
            await Reading.WaitAsync();
            try
            {
                more = FillBatch(next);
            }
            finally
            {
                Reading.Release();
            }
            await Flush();
            if (more) await Task.Yield();
        }
    }

    public Task Heartbeat(HeartbeatNotice notice)
    {
        _pulse.Sent();
        return connection.Heartbeat(notice);
    }

    bool FillBatch(IEnumerator<LogLine?> next)
    {
        var begun = Stopwatch.GetTimestamp();
        while (next.MoveNext())
        {
            if (next.Current is { } line)
            {
                _batch.Write(Framing.Notification(Notifications.Log, line, WireJson.Default.RpcNotificationLogLine));
                if (line.LostBytes is null) Sent++;
            }
            if (_batch.WrittenCount >= BatchBytes || Stopwatch.GetElapsedTime(begun) >= Slice) return true;
        }
        return false;
    }

    async Task Flush()
    {
        if (_batch.WrittenCount > 0)
        {
            _pulse.Sent();
            await connection.Write(_batch.WrittenMemory);
            _batch.ResetWrittenCount();
        }
        else if (_pulse.Quiet >= SignOfLifeEvery) await Heartbeat(new HeartbeatNotice());
    }
}
