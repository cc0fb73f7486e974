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

    /// <summary>Two daemons in a row that leave just when they are asked are an accident, more are a trouble to be told.</summary>
    const int MostTries = 3;

    readonly TspmHome _home;
    DaemonSocket _socket;
    LineReader _lines;
    long _lastId;
    bool _sentWhole;

    DaemonClient(TspmHome home)
    {
        _home = home;
        _socket = DaemonSocket.Open(home);
        _lines = new LineReader(_socket);
    }

    /// <summary>Requests on this connection only read, so they may be sent again when an answer was lost.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>Called once per request when the answer takes long, with the method's name.</summary>
    public Action<string>? OnSlow { get; init; }

    /// <exception cref="DaemonException">See <see cref="DaemonSocket.Open"/>.</exception>
    public static DaemonClient Connect(TspmHome home, Action<string>? onSlow = null, bool onlyReads = false) => new(home) { OnSlow = onSlow, OnlyReads = onlyReads };

    /// <summary>
    /// One request, one answer. When the daemon leaves or dies just then, the request is sent again to its successor, if nothing of it can have been begun, or it only reads.
    /// </summary>
    /// <exception cref="DaemonException">The daemon's own error, or no (understandable) answer in time.</exception>
    public TResponse Call<TRequest, TResponse>(
        string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan? deadline = null)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return CallOnce(method, request, requestType, responseType, deadline);
            }
            catch (DaemonException lost) when (tries < MostTries && MayRepeat(lost) && Reconnect())
            {
                // The next daemon's turn.
            }
        }
    }

    TResponse CallOnce<TRequest, TResponse>(
        string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan? deadline)
    {
        var id = Send(method, request, requestType);
        var wait = new Wait(method, deadline ?? ReadDeadline, OnSlow);
        while (true)
        {
            var answer = ReadEnvelope(wait);
            if (answer.IsFor(id)) return answer.Read(responseType);
        }
    }

    /// <summary>"On its way out" is said only of what was not begun; a request that could not be sent whole was never one.</summary>
    bool MayRepeat(DaemonException lost) =>
        lost.Code == ErrorCode.ShuttingDown || (lost.Code == LocalError.Disconnected && (OnlyReads || !_sentWhole));

    /// <summary>A new connection, which waits in the guardian's queue until a daemon takes it. False: there is none to come.</summary>
    bool Reconnect()
    {
        try
        {
            var another = DaemonSocket.Open(_home);
            _socket.Dispose();
            (_socket, _lines) = (another, new LineReader(another));
            return true;
        }
        catch (DaemonException)
        {
            // Then the first failure is what there is to say.
            return false;
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

    /// <summary>Waits until the daemon has closed this connection. False: not in time.</summary>
    public bool WaitForClose(TimeSpan deadline)
    {
        try
        {
            while (_lines.Read(new Wait("the end of the connection", deadline, null)) is not null) { }
            return true;
        }
        catch (DaemonException late) when (late.Code == LocalError.NoAnswerInTime)
        {
            return false;
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
        _sentWhole = _socket.Send(buffer.WrittenSpan);
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
