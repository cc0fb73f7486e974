using System.Globalization;
using Tspm.Platform.Linux.Events;
using Tspm.Protocol;
using Tspm.Storage;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Client.Connection;

/// <summary>
/// Sends requests to the daemon and reads the answers, one JSON line each. Synchronous, because the client has nothing
/// else to do meanwhile, and every <c>tspm list</c> would pay for threads, tasks and buffers. Every wait has a
/// deadline, and a long wait says what it waits for. <see cref="RetryPolicy"/> decides what follows an attempt.
/// </summary>
internal sealed class DaemonClient : IDisposable
{
    /// <summary>The deadline of requests that the daemon answers from memory.</summary>
    public static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Added to the time that the request itself may take, for the round trip on a busy machine.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A stream that receives nothing for this long has lost its daemon, which sends a heartbeat every five seconds.
    /// </summary>
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

    /// <summary>Shows what a request waits for when its answer takes long; null to show nothing.</summary>
    public WaitNotice? Notice { get; init; }

    /// <summary>Called with each message of a stream.</summary>
    public Action? OnHeard { get; set; }

    /// <summary>Environment and working directory on the other machine; null for this machine.</summary>
    public ClientContext? RemoteContext => _connection.RemoteContext;

    /// <exception cref="DaemonException">See <see cref="DaemonSocket.Open(TspmHome)"/>.</exception>
    public static DaemonClient Connect(
        TspmHome home, WaitNotice? notice = null, RemoteHost? remote = null, bool mayStart = false) =>
        new(home, remote, mayStart) { Notice = notice };

    /// <summary>Exchanges versions with the daemon, once per connection and only if they are needed.</summary>
    /// <exception cref="DaemonException">The daemon is too old for this client, or did not answer.</exception>
    public HelloResponse Greet()
    {
        if (_daemon is not null) return _daemon;
        var hello = new HelloRequest { Version = ProductVersion.Current, ProtocolVersion = ProtocolVersion.Current };
        _daemon = Exchange(Methods.Hello, hello, null, null);
        if (_daemon.ProtocolVersion < ProtocolVersion.Oldest)
            throw new DaemonException(ErrorCode.Failed, OlderDaemon.TooOld(_daemon));
        return _daemon;
    }

    /// <summary>Whether the daemon accepts members of protocol 2; an older one would refuse them.</summary>
    public bool KnowsProtocol2 => Greet().ProtocolVersion >= 2;

    /// <summary>
    /// Sends a request and returns its answer. <see cref="RetryPolicy.After"/> decides on repetitions.
    /// </summary>
    /// <param name="deadline">For each attempt; null means <see cref="ReadDeadline"/>.</param>
    /// <param name="again">
    /// The request for the next daemon if the first one dies before it answers; null to give up then, because nobody
    /// knows what was done.
    /// </param>
    /// <exception cref="DaemonException">The daemon's own error, or no valid answer in time.</exception>
    public TResponse Call<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, TimeSpan? deadline = null, TRequest? again = null)
        where TRequest : class
        where TResponse : class
    {
        var kind = method.OnlyReads ? RequestKind.Reads : again is null ? RequestKind.Once : RequestKind.Repeatable;
        var key = method.OnlyReads ? null : NewKey();
        for (var attempts = 1; ; attempts++)
        {
            // Identify the daemon before sending a request that it must not execute twice.
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
    /// Sends a request whose answer is preceded by notifications. Fails if nothing arrives for <see cref="DeadAfter"/>,
    /// not even a heartbeat.
    /// </summary>
    /// <returns>The answer, or null if <paramref name="onNotification"/> returned false.</returns>
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

    /// <summary>
    /// How long streams are read; they then end as if their reader had ended them. Null to read them to their end.
    /// </summary>
    public Func<TimeSpan>? StreamLeft { get; set; }

    /// <summary>How long a stream may be silent.</summary>
    TimeSpan NextSign => StreamLeft?.Invoke() is { } left && left < DeadAfter ? left : DeadAfter;

    /// <summary>See <see cref="DaemonConnection.WatchOutput"/>.</summary>
    public void WatchOutput() => _connection.WatchOutput();

    /// <summary>See <see cref="DaemonConnection.WaitForEnd"/>.</summary>
    public bool WaitForEnd(TimeSpan deadline) => _connection.WaitForEnd(deadline);

    /// <summary>See <see cref="DaemonConnection.WaitForClose"/>.</summary>
    public bool WaitForClose(TimeSpan deadline) => _connection.WaitForClose("the end of the connection", deadline);

    /// <summary>
    /// Ends a stream that another thread reads; it fails with <see cref="LocalError.Disconnected"/>. Not to be called
    /// after <see cref="Dispose"/>.
    /// </summary>
    public void Interrupt() => _connection.Interrupt();

    public void Dispose() => _connection.Dispose();

    /// <summary>Runs an exchange and returns its result or its failure as a value.</summary>
    AttemptOutcome Attempt(Func<object?> exchange)
    {
        try
        {
            return new AttemptOutcome.Answered(exchange());
        }
        catch (DaemonException failure)
        {
            return AttemptOutcome.From(failure, _connection.SentWhole);
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
            OnQuiet = _connection.IsRemote ? null : _ => DaemonLiveness.ThrowIfStuck(_home, method.Name),
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
            // Flush before the wait, not after each line: output must become visible, but flushing every line is slow.
            if (!_connection.HasLine) onIdle?.Invoke();
            AnswerEnvelope answer;
            try
            {
                answer = _connection.Read(new Wait(method.Name, NextSign, follows ? null : Notice));
            }
            catch (DaemonException silent) when (silent.Code == LocalError.NoAnswerInTime && StreamLeft is not null)
            {
                if (StreamLeft() > TimeSpan.Zero) throw;
                return null;
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

    /// <summary>Connects again, and adapts the step to the daemon that answers.</summary>
    NextStep Reconnect(NextStep step, int? asked)
    {
        // If no daemon can be reached, report the original failure.
        if (!_connection.TryReopen()) return NextStep.Fail;
        _daemon = null;
        if (step == NextStep.Repeat) return step;
        // If the first daemon was never identified, assume that this is a different one.
        return RetryPolicy.AtDaemon(step, isSame: asked is not null && Greet().Pid == asked);
    }

    /// <summary>Makes an idempotency key that is unique among all clients and requests.</summary>
    static string NewKey() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessId}-{Stopwatch.GetTimestamp():x}-{Random.Shared.Next():x}");

    static DaemonException OutcomeUnknown(Method method) => new(
        LocalError.Disconnected,
        $"the daemon died during '{method}', and it is unknown whether the request was carried out; "
        + "to see the current state: tspm list, and: tspm why NAME");

    /// <summary>Adds both versions to the failure if they differ and the daemon reports its own.</summary>
    DaemonException NamingVersions(DaemonException refused)
    {
        try
        {
            return OlderDaemon.VersionHint(Greet()) is { } hint
                ? new DaemonException(ErrorCode.Failed, refused.Message + hint, refused.Data) : refused;
        }
        catch (DaemonException)
        {
            return refused;
        }
    }
}
