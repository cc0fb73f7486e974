using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Platform.Linux.Native;
using Tspm.Protocol;
using Tspm.Storage;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Client;

/// <summary>
/// One conversation with the daemon: a JSON line out, a JSON line in, synchronous, because a client has nothing else to do meanwhile and every
/// thread, task and buffer would be paid for at each <c>tspm list</c>. Every wait has a deadline, and after a while says what it waits for.
/// </summary>
internal sealed class DaemonClient : IDisposable
{
    /// <summary>For requests that the daemon answers from memory.</summary>
    public static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(10);

    /// <summary>On top of what the request itself may take: the way there and back on a busy machine.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    readonly DaemonSocket _socket;
    readonly LineReader _lines;
    long _lastId;

    DaemonClient(DaemonSocket socket) => (_socket, _lines) = (socket, new LineReader(socket));

    /// <summary>Called once per request when the answer takes long, with the method's name.</summary>
    public Action<string>? OnSlow { get; init; }

    /// <exception cref="DaemonException">See <see cref="DaemonSocket.Open"/>.</exception>
    public static DaemonClient Connect(TspmHome home, Action<string>? onSlow = null) => new(DaemonSocket.Open(home)) { OnSlow = onSlow };

    /// <summary>One request, one answer.</summary>
    /// <exception cref="DaemonException">The daemon's own error, or no (understandable) answer in time.</exception>
    public TResponse Call<TRequest, TResponse>(
        string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan? deadline = null)
    {
        var id = Send(method, request, requestType);
        var wait = new Wait(method, deadline ?? ReadDeadline, OnSlow);
        while (true)
        {
            var answer = ReadEnvelope(wait);
            if (answer.IsFor(id)) return answer.Read(responseType);
        }
    }

    /// <summary>
    /// A request whose answer is preceded by notifications. Ends with the answer, or with null when <paramref name="onNotification"/> returned false.
    /// </summary>
    /// <param name="silence">How long nothing at all may come (heartbeats count); null: for ever, as for a stream that follows.</param>
    public TResponse? Stream<TRequest, TResponse>(
        (string Method, TRequest Value, JsonTypeInfo<TRequest> Type) request, JsonTypeInfo<TResponse> responseType,
        Func<AnswerEnvelope, bool> onNotification, TimeSpan? silence, Action? onIdle = null)
        where TResponse : class
    {
        var id = Send(request.Method, request.Value, request.Type);
        while (true)
        {
            // Before the wait, not after each line: what was printed must be seen, and printing line by line is slow.
            if (!_lines.HasLine) onIdle?.Invoke();
            var answer = ReadEnvelope(new Wait(request.Method, silence, silence is null ? null : OnSlow));
            if (answer.IsFor(id)) return answer.Read(responseType);
            if (!onNotification(answer)) return null;
        }
    }

    /// <summary>From now on a wait ends, with <see cref="LocalError.ReaderGone"/>, when nobody can read our standard output any more.</summary>
    public void WatchOutput() => _socket.WatchesOutput = true;

    /// <summary>Waits until the daemon has closed this connection and its guardian has ended, which is the last of all. False: not in time.</summary>
    public bool WaitForEnd(TimeSpan deadline)
    {
        var guardian = _socket.OpenListenerPidfd();
        try
        {
            while (_lines.Read(new Wait("shutdown", deadline, null)) is not null) { }
            return guardian < 0 || DaemonSocket.WaitReadable(guardian, (int)deadline.TotalMilliseconds);
        }
        catch (DaemonException late) when (late.Code == LocalError.NoAnswerInTime)
        {
            return false;
        }
        finally
        {
            if (guardian >= 0) _ = Unistd.close(guardian);
        }
    }

    public void Dispose() => _socket.Dispose();

    long Send<TRequest>(string method, TRequest request, JsonTypeInfo<TRequest> type)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteNumber("id"u8, ++_lastId);
            json.WriteString("method"u8, method);
            json.WritePropertyName("params"u8);
            JsonSerializer.Serialize(json, request, type);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        // When it fails, the daemon may have said why before it closed: the answer, or its absence, tells.
        _ = _socket.Send(buffer.WrittenSpan);
        return _lastId;
    }

    AnswerEnvelope ReadEnvelope(Wait wait)
    {
        var line = _lines.Read(wait) ?? throw new DaemonException(LocalError.Disconnected,
            $"the daemon closed the connection before it answered '{wait.Method}'; it may have been stopped or have crashed: tspm status, and daemon.log in the home folder");
        return AnswerEnvelope.Parse(line);
    }
}

/// <summary>One wait for the daemon: what for, until when, and whom to tell when it takes long.</summary>
internal sealed class Wait(string method, TimeSpan? deadline, Action<string>? onSlow)
{
    /// <summary>From when on a person wants to know what is going on.</summary>
    static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>One poll at most; then the wait is looked at again.</summary>
    const long LongestPollMs = 60_000;

    readonly long _start = Stopwatch.GetTimestamp();
    bool _told = onSlow is null;

    public string Method => method;

    /// <summary>Milliseconds until something is to be done; tells of a long wait when it is time.</summary>
    /// <exception cref="DaemonException">The deadline has passed.</exception>
    public int NextPoll()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed >= deadline)
            throw new DaemonException(LocalError.NoAnswerInTime,
                $"no answer to '{method}' within {Model.Duration.Format(deadline.Value)}; the daemon may still be at it, or hang: tspm status");
        if (!_told && elapsed >= Slow)
        {
            _told = true;
            onSlow!(method);
        }
        var next = deadline - elapsed ?? TimeSpan.MaxValue;
        if (!_told && Slow - elapsed < next) next = Slow - elapsed;
        return (int)Math.Min(next.Ticks / TimeSpan.TicksPerMillisecond + 1, LongestPollMs);
    }
}
