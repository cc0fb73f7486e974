using System.Buffers;
using Tspm.Daemon.Control;
using Tspm.Protocol;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Streams;

/// <summary>
/// Sends lines to one client, in batches. Reading and searching are done in slices, of one client at a time: whatever
/// is searched for, a request that is quick to answer finds a free thread. The wait for a slow client is in no slice.
/// </summary>
internal sealed class LogSender(ClientConnection connection)
{
    const int BatchBytes = 64 << 10;

    /// <summary>How long one client may read before another one does.</summary>
    static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(5);

    /// <summary>A client that gets nothing for long, because nothing fits, is told that the search goes on.</summary>
    static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(2);

    static readonly SemaphoreSlim Reading = new(1, 1);

    readonly ArrayBufferWriter<byte> _batch = new();
    readonly StreamPulse _pulse = new();

    /// <summary>Lines so far.</summary>
    public int Sent { get; private set; }

    /// <summary>
    /// How long it may be waited for something to send: then it is time for a sign of life, which goes with the next
    /// <see cref="Send"/> even if that has nothing.
    /// </summary>
    public TimeSpan UntilHeartbeat => _pulse.Left;

    /// <summary>Sends a sequence to its end; null in it is a moment to let others have their turn.</summary>
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
