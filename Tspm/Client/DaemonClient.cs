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

    /// <summary>A stream whose daemon says nothing for so long has lost it: there is a heartbeat every five seconds.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(10);

    /// <summary>Passwords and questions about host keys are answered by people.</summary>
    static readonly TimeSpan LogInDeadline = TimeSpan.FromMinutes(2);

    readonly TspmHome _home;
    readonly RemoteHost? _remote;
    readonly bool _mayStart;
    DaemonSocket _socket;
    LineReader _lines;
    HelloResponse? _daemon;
    long _lastId;
    bool _sentWhole;

    DaemonClient(TspmHome home, RemoteHost? remote, bool mayStart)
    {
        (_home, _remote, _mayStart) = (home, remote, mayStart);
        (_socket, _lines) = Open();
    }

    /// <summary>Requests on this connection only read, so they may be sent again when an answer was lost.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>Told of each request whose answer takes long; null: nobody is.</summary>
    public WaitNotice? Notice { get; init; }

    /// <summary>Called with each message of a stream.</summary>
    public Action? OnHeard { get; set; }

    /// <summary>Environment and folder on the other machine; null: it is this one.</summary>
    public ClientContext? RemoteContext { get; private set; }

    /// <exception cref="DaemonException">See <see cref="DaemonSocket.Open"/>.</exception>
    public static DaemonClient Connect(
        TspmHome home, WaitNotice? notice = null, bool onlyReads = false, RemoteHost? remote = null,
        bool mayStart = false) =>
        new(home, remote, mayStart) { Notice = notice, OnlyReads = onlyReads };

    /// <summary>Versions, and who the daemon is. Asked once per connection, by those who have to know.</summary>
    public HelloResponse Greet()
    {
        if (_daemon is not null) return _daemon;
        var hello = new HelloRequest { Version = ProductVersion.Current, ProtocolVersion = ProtocolVersion.Current };
        _daemon = CallOnce(Methods.Hello, hello, Wire.Json.HelloRequest, Wire.Json.HelloResponse, null, null);
        if (_daemon.ProtocolVersion < ProtocolVersion.Oldest)
            throw new DaemonException(ErrorCode.Failed, $"the daemon is tspm {_daemon.Version} and too old for this tspm {ProductVersion.Current}: tspm daemon restart, with the tspm that is to stay");
        return _daemon;
    }

    /// <summary>Protocol 2 and later; members that came with it are left out for an older daemon, which refuses what it does not know.</summary>
    public bool KnowsProtocol2 => Greet().ProtocolVersion >= 2;

    /// <summary>
    /// One request, one answer. When the daemon leaves or dies just then, or the connection breaks, the request is sent again, if nothing of it can have been begun, or it only reads, or the
    /// same daemon knows it by its idempotency key, or <paramref name="again"/> says that it does no harm.
    /// </summary>
    /// <param name="again">What to ask the next daemon when the first one died before it answered; null: nothing, it is not known what was done.</param>
    /// <exception cref="DaemonException">The daemon's own error, or no (understandable) answer in time.</exception>
    public TResponse Call<TRequest, TResponse>(
        string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan? deadline = null, TRequest? again = null)
        where TRequest : class
    {
        var key = OnlyReads ? null : NewKey();
        for (var tries = 1; ; tries++)
        {
            // Known before it is asked for anything that must not be done twice.
            var daemon = key is null ? null : Greet().Pid;
            try
            {
                return CallOnce(method, OlderDaemon.Fit(request, this), requestType, responseType, deadline, key);
            }
            catch (DaemonException tooFast) when (tooFast.Data?.RetryAfterMs is > 0 and var wait && tries < MostTries)
            {
                _ = DaemonSocket.WaitReadable(-1, Math.Min(wait, LongestPauseMs));
            }
            catch (DaemonException lost) when (tries < MostTries && lost.Code is LocalError.Disconnected or ErrorCode.ShuttingDown && Reconnect())
            {
                if (OnlyReads || lost.Code == ErrorCode.ShuttingDown || !_sentWhole) continue;
                if (daemon is not null && Greet().Pid == daemon) continue;
                request = again ?? throw new DaemonException(LocalError.Disconnected, $"the daemon died while it was at '{method}'; its successor does not know what came of it: see tspm list and tspm why");
                key = NewKey();
            }
            catch (DaemonException refused) when (refused.Code is ErrorCode.MethodNotFound or ErrorCode.InvalidParams && VersionWords() is { } words)
            {
                throw new DaemonException(ErrorCode.Failed, refused.Message + words, refused.Data);
            }
        }
    }

    const int LongestPauseMs = 5000;

    /// <summary>Unlike any other client's, and any other request's of this one.</summary>
    static string NewKey() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Stopwatch.GetTimestamp():x}-{Random.Shared.Next():x}");

    TResponse CallOnce<TRequest, TResponse>(
        string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan? deadline, string? key)
    {
        var id = Send(method, request, requestType, key);
        var wait = new Wait(method, deadline ?? ReadDeadline, Notice)
        {
            Request = request, OnQuiet = _remote is null ? CheckForLife : null,
        };
        try
        {
            while (true)
            {
                var answer = ReadEnvelope(wait);
                if (answer.IsFor(id)) return answer.Read(responseType);
            }
        }
        finally
        {
            Notice?.Clear();
        }
    }

    /// <summary>What takes minutes may be at work, or will never answer: another connection tells.</summary>
    void CheckForLife(string method)
    {
        if (StuckDaemon.Problem(_home) is { } problem) throw new DaemonException(LocalError.NoAnswerInTime, $"{Wait.NoAnswer(method)}: {problem}");
    }

    /// <summary>To be added to what a daemon does not understand; null: it is of this version, so that is not why.</summary>
    string? VersionWords()
    {
        try
        {
            var daemon = Greet();
            if (daemon.Version == ProductVersion.Current) return null;
            var what = daemon.ProtocolVersion > ProtocolVersion.Current ? "upgrade this tspm" : "run this one as the daemon with: tspm daemon upgrade";
            return $"; the daemon is tspm {daemon.Version} and this is tspm {ProductVersion.Current}: {what}";
        }
        catch (DaemonException)
        {
            return null;
        }
    }

    (DaemonSocket, LineReader) Open()
    {
        if (_remote is null)
        {
            var local = DaemonSocket.Open(_home);
            return (local, new LineReader(local));
        }
        var socket = DaemonSocket.Open(_remote, _mayStart);
        var lines = new LineReader(socket);
        var greeting = lines.Read(new Wait("ssh", LogInDeadline, null)) ?? throw socket.Link!.Explain();
        RemoteContext = AnswerEnvelope.Parse(greeting).ReadParams(Wire.Json.ClientContext);
        return (socket, lines);
    }

    /// <summary>A new connection, which waits in the guardian's queue until a daemon takes it. False: there is none to come.</summary>
    bool Reconnect()
    {
        try
        {
            var another = Open();
            _socket.Dispose();
            (_socket, _lines) = another;
            _daemon = null;
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
    /// Nothing at all may be missing for longer than <see cref="DeadAfter"/>: heartbeats count.
    /// </summary>
    public TResponse? Stream<TRequest, TResponse>(
        (string Method, TRequest Value, JsonTypeInfo<TRequest> Type) request, JsonTypeInfo<TResponse> responseType,
        Func<AnswerEnvelope, bool> onNotification, Action? onIdle = null, bool follows = false)
        where TResponse : class
    {
        var id = Send(request.Method, request.Value, request.Type, null);
        while (true)
        {
            // Before the wait, not after each line: what was printed must be seen, and printing line by line is slow.
            if (!_lines.HasLine) onIdle?.Invoke();
            AnswerEnvelope answer;
            try
            {
                answer = ReadEnvelope(new Wait(request.Method, DeadAfter, follows ? null : Notice));
            }
            finally
            {
                Notice?.Clear();
            }
            OnHeard?.Invoke();
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

    long Send<TRequest>(string method, TRequest request, JsonTypeInfo<TRequest> type, string? key)
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
            if (key is not null) json.WriteString("idempotencyKey"u8, key);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        if (buffer.WrittenCount > Framing.MaxRequestBytes + 1) throw new DaemonException(ErrorCode.Failed, TooLarge(request, buffer.WrittenCount));
        // When it fails, the daemon may have said why before it closed: the answer, or its absence, tells.
        _sentWhole = _socket.Send(buffer.WrittenSpan);
        return _lastId;
    }

    /// <summary>Mostly the shell's environment is what makes a request large.</summary>
    static string TooLarge(object? request, int bytes)
    {
        var environment = OlderDaemon.ContextOf(request)?.Environment ?? new Dictionary<string, string>();
        var ofShell = environment.Sum(static variable => variable.Key.Length + variable.Value.Length);
        var what = $"the request has {Model.ByteSize.Format(bytes)}, and the daemon takes {Model.ByteSize.Format(Framing.MaxRequestBytes)}";
        return ofShell < bytes / 2 ? $"{what}; split it"
            : $"{what}: the environment of this shell alone has {Model.ByteSize.Format(ofShell)}. Leave out what is not needed: env -u NAME tspm …, "
                + "or begin with little: env -i PATH=\"$PATH\" HOME=\"$HOME\" tspm …";
    }

    AnswerEnvelope ReadEnvelope(Wait wait)
    {
        try
        {
            if (_lines.Read(wait) is { } line) return AnswerEnvelope.Parse(line);
        }
        catch (DaemonException late) when (late.Code == LocalError.NoAnswerInTime && _remote is null)
        {
            throw new DaemonException(late.Code, $"{late.Message}: {StuckDaemon.Sentence(_home)}");
        }
        if (_socket.Link is { } link) throw link.Explain();
        throw new DaemonException(LocalError.Disconnected,
            _remote is null && DaemonDeathWords.Sentence(_home) is { } deaths
                ? $"the daemon ended before it answered{Wait.Of(wait.Method)}: {deaths}"
                : $"the daemon closed the connection before it answered{Wait.Of(wait.Method)}; it may have been stopped or have crashed: tspm status, and daemon.log in the home folder");
    }
}

/// <summary>One wait for the daemon: what for, until when, and whom to tell when it takes long.</summary>
internal sealed class Wait(string method, TimeSpan? deadline, WaitNotice? notice)
{
    /// <summary>From when on a person wants to know what is going on.</summary>
    static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>How often it is said anew.</summary>
    static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>One poll at most; then the wait is looked at again.</summary>
    const long LongestPollMs = 60_000;

    /// <summary>In a wait that may be long: how often it is looked whether there is still somebody to wait for.</summary>
    static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(10);

    readonly long _start = Stopwatch.GetTimestamp();
    TimeSpan _nextLook = QuietFor;

    /// <summary>When to tell of the wait; null: never, or not again.</summary>
    TimeSpan? _nextTell = notice is null ? null : Slow;

    /// <summary>What was asked, for those who want to know what is waited for.</summary>
    public object? Request { get; init; }

    public string Method => method;

    /// <summary>"no answer to 'list'". The greeting, which nobody asked for by name, is not named.</summary>
    public static string NoAnswer(string method) => method == Methods.Hello ? "no answer from the daemon" : $"no answer to '{method}'";

    /// <summary>" 'list'"; empty for the greeting.</summary>
    public static string Of(string method) => method == Methods.Hello ? "" : $" '{method}'";

    /// <summary>Called with <see cref="Method"/> each time that it has been quiet for long; throws when there is nothing to wait for.</summary>
    public Action<string>? OnQuiet { get; init; }

    /// <summary>Milliseconds until something is to be done; tells of a long wait when it is time.</summary>
    /// <exception cref="DaemonException">The deadline has passed.</exception>
    public int NextPoll()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed >= deadline) throw new DaemonException(LocalError.NoAnswerInTime, $"{NoAnswer(method)} within {Model.Duration.Format(deadline.Value)}");
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
