using System.Globalization;
using Tspm.Platform.Linux.Events;
using Tspm.Protocol;
using Tspm.Storage;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Client.Connection;

/// <summary>
/// One conversation with the daemon: a JSON line out, a JSON line in, synchronous, because a client has nothing else to
/// do meanwhile, and every thread, task and buffer would be paid for at each <c>tspm list</c>. Every wait has a
/// deadline, and after a while says what it waits for. What follows an attempt is decided by
/// <see cref="RetryPolicy"/>.
/// </summary>
internal sealed class DaemonClient : IDisposable
{
    /// <summary>For requests that the daemon answers from memory.</summary>
    public static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(10);

    /// <summary>On top of what the request itself may take: the way there and back on a busy machine.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>A stream with no heartbeat for so long has lost its daemon; one is due every five seconds.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(10);

    readonly TspmHome _home;
    readonly DaemonConnection _connection;
    HelloResponse? _daemon;
    long _lastId;

    DaemonClient(TspmHome home, RemoteHost? remote, bool mayStart)
    {
        _home = home;
        _connection = new DaemonConnection(home, remote, mayStart);
    }

    /// <summary>Told of each request whose answer takes long; null: nobody is.</summary>
    public WaitNotice? Notice { get; init; }

    /// <summary>Called with each message of a stream.</summary>
    public Action? OnHeard { get; set; }

    /// <summary>Environment and folder on the other machine; null: it is this one.</summary>
    public ClientContext? RemoteContext => _connection.RemoteContext;

    /// <exception cref="DaemonException">See <see cref="DaemonSocket.Open(TspmHome)"/>.</exception>
    public static DaemonClient Connect(
        TspmHome home, WaitNotice? notice = null, RemoteHost? remote = null, bool mayStart = false) =>
        new(home, remote, mayStart) { Notice = notice };

    /// <summary>Versions, and who the daemon is. Asked once per connection, by those who have to know.</summary>
    public HelloResponse Greet()
    {
        if (_daemon is not null) return _daemon;
        var hello = new HelloRequest { Version = ProductVersion.Current, ProtocolVersion = ProtocolVersion.Current };
        _daemon = Exchange(Methods.Hello, hello, null, null);
        if (_daemon.ProtocolVersion < ProtocolVersion.Oldest)
            throw new DaemonException(ErrorCode.Failed, OlderDaemon.TooOld(_daemon));
        return _daemon;
    }

    /// <summary>Members that came with protocol 2 are left out for an older daemon, which would refuse them.</summary>
    public bool KnowsProtocol2 => Greet().ProtocolVersion >= 2;

    /// <summary>One request, one answer; the request is sent again as <see cref="RetryPolicy.After"/> says.</summary>
    /// <param name="deadline">For each attempt; null: <see cref="ReadDeadline"/>.</param>
    /// <param name="again">
    /// What to ask the next daemon when the first one died before it answered; null: nothing, because it is not known
    /// what was done.
    /// </param>
    /// <exception cref="DaemonException">The daemon's own error, or no (understandable) answer in time.</exception>
    public TResponse Call<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, TimeSpan? deadline = null, TRequest? again = null)
        where TRequest : class
        where TResponse : class
    {
        var kind = method.OnlyReads ? RequestKind.Reads : again is null ? RequestKind.Once : RequestKind.Repeatable;
        var key = method.OnlyReads ? null : NewKey();
        for (var attempts = 1; ; attempts++)
        {
            // Known before it is asked for anything that must not be done twice.
            var asked = key is null ? null : Greet().Pid;
            var outcome = Attempt(() => Exchange(method, OlderDaemon.Fit(request, this), deadline, key));
            var next = RetryPolicy.After(outcome, kind, attempts);
            if (RetryPolicy.NeedsConnection(next)) next = Reconnect(next, asked);
            switch (next)
            {
                case NextStep.Return:
                    return (TResponse)((AttemptOutcome.Answered)outcome).Response!;
                case NextStep.WaitAndRepeat:
                    DescriptorWait.Pause(RetryPolicy.TurnAfter((AttemptOutcome.TooFast)outcome));
                    break;
                case NextStep.Repeat:
                    break;
                case NextStep.Rephrase:
                    (request, key) = (again!, NewKey());
                    break;
                case NextStep.GiveUp:
                    throw OutcomeUnknown(method);
                case NextStep.FailNamingVersions:
                    throw NamingVersions(((AttemptOutcome.Failed)outcome).Failure);
                default:
                    throw ((AttemptOutcome.Failed)outcome).Failure;
            }
        }
    }

    /// <summary>
    /// A request whose answer is preceded by notifications. Ends with the answer, or with null when
    /// <paramref name="onNotification"/> returned false. Nothing at all may be missing for longer than
    /// <see cref="DeadAfter"/>: heartbeats count.
    /// </summary>
    public TResponse? Stream<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, Func<AnswerEnvelope, bool> onNotification,
        Action? onIdle = null, bool follows = false)
        where TRequest : class
        where TResponse : class
    {
        for (var attempts = 1; ; attempts++)
        {
            var outcome = Attempt(() => ReadStream(method, request, onNotification, onIdle, follows));
            switch (RetryPolicy.After(outcome, RequestKind.Stream, attempts))
            {
                case NextStep.Return:
                    return (TResponse?)((AttemptOutcome.Answered)outcome).Response;
                case NextStep.WaitAndRepeat:
                    DescriptorWait.Pause(RetryPolicy.TurnAfter((AttemptOutcome.TooFast)outcome));
                    break;
                default:
                    throw ((AttemptOutcome.Failed)outcome).Failure;
            }
        }
    }

    /// <summary>See <see cref="DaemonConnection.WatchOutput"/>.</summary>
    public void WatchOutput() => _connection.WatchOutput();

    /// <summary>See <see cref="DaemonConnection.WaitForEnd"/>.</summary>
    public bool WaitForEnd(TimeSpan deadline) => _connection.WaitForEnd(deadline);

    /// <summary>See <see cref="DaemonConnection.WaitForClose"/>.</summary>
    public bool WaitForClose(TimeSpan deadline) => _connection.WaitForClose("the end of the connection", deadline);

    public void Dispose() => _connection.Dispose();

    /// <summary>Turns whatever comes of it into a value.</summary>
    AttemptOutcome Attempt(Func<object?> exchange)
    {
        try
        {
            return new AttemptOutcome.Answered(exchange());
        }
        catch (DaemonException failure)
        {
            return AttemptOutcome.Of(failure, _connection.SentWhole);
        }
    }

    TResponse Exchange<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, TimeSpan? deadline, string? key)
        where TRequest : class
        where TResponse : class
    {
        var id = ++_lastId;
        _connection.Send(RequestLine.Write(id, method.Name, request, Wire.Json.Of<TRequest>(), key));
        var wait = new Wait(method.Name, deadline ?? ReadDeadline, Notice)
        {
            Request = request,
            OnQuiet = _connection.IsRemote ? null : _ => StuckDaemon.ThrowIfStuck(_home, method.Name),
        };
        try
        {
            while (true)
            {
                var answer = _connection.Read(wait);
                if (answer.IsFor(id)) return answer.Read(Wire.Json.Of<TResponse>());
            }
        }
        finally
        {
            Notice?.Clear();
        }
    }

    TResponse? ReadStream<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, Func<AnswerEnvelope, bool> onNotification,
        Action? onIdle, bool follows)
        where TRequest : class
        where TResponse : class
    {
        var id = ++_lastId;
        _connection.Send(RequestLine.Write(id, method.Name, request, Wire.Json.Of<TRequest>(), null));
        while (true)
        {
            // Before the wait, not after each line: what was printed must be seen, and printing line by line is slow.
            if (!_connection.HasLine) onIdle?.Invoke();
            AnswerEnvelope answer;
            try
            {
                answer = _connection.Read(new Wait(method.Name, DeadAfter, follows ? null : Notice));
            }
            finally
            {
                Notice?.Clear();
            }
            OnHeard?.Invoke();
            if (answer.IsFor(id)) return answer.Read(Wire.Json.Of<TResponse>());
            if (!onNotification(answer)) return null;
        }
    }

    /// <summary>Connects again, and takes into account which daemon answers there.</summary>
    NextStep Reconnect(NextStep step, int? asked)
    {
        // Without another daemon, the failure is what there is to report.
        if (!_connection.TryReopen()) return NextStep.Fail;
        _daemon = null;
        if (step == NextStep.Repeat) return step;
        // A daemon that did not say who it was is taken for another one.
        return RetryPolicy.AtDaemon(step, isSame: asked is not null && Greet().Pid == asked);
    }

    /// <summary>Unlike any other client's, and any other request's of this one.</summary>
    static string NewKey() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessId}-{Stopwatch.GetTimestamp():x}-{Random.Shared.Next():x}");

    static DaemonException OutcomeUnknown(Method method) => new(
        LocalError.Disconnected,
        $"the daemon died while it was at '{method}'; its successor does not know what came of it: "
        + "see tspm list and tspm why");

    /// <summary>The failure with both versions, if they differ and the daemon says its own.</summary>
    DaemonException NamingVersions(DaemonException refused)
    {
        try
        {
            return OlderDaemon.VersionWords(Greet()) is { } words
                ? new DaemonException(ErrorCode.Failed, refused.Message + words, refused.Data) : refused;
        }
        catch (DaemonException)
        {
            return refused;
        }
    }
}
