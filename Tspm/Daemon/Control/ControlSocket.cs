using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// Accepts connections on the listener that the guardian holds. The socket outlives this daemon; clients that connect
/// while no daemon runs wait in its queue. Only the daemon's own user and root may use it (SO_PEERCRED, man 7 unix),
/// and <see cref="SocketLimits"/> bounds the number of connections.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    IControlListener _listener;
    readonly DaemonContext _context;
    readonly RequestHandler _handler;
    readonly HashSet<ClientConnection> _open = [];
    readonly CancellationTokenSource _end = new();
    readonly ITimer _deadlineTimer;
    readonly TimeSpan _checkInterval;
    CancellationTokenSource _pause = new();
    Task _accepting = Task.CompletedTask;
    int _timerArmed;

    public ControlSocket(IControlListener listener, DaemonContext context)
    {
        (_listener, _context, _handler) = (listener, context, new RequestHandler(context));
        TimeSpan[] limits = [Limits.FirstRequest, Limits.RestOfRequest, Limits.SlowReader];
        _checkInterval = TimeSpan.FromMilliseconds(
            Math.Min(limits.Min(static limit => limit.TotalMilliseconds) / 4, MaxCheckIntervalMs));
        _deadlineTimer = Clock.CreateTimer(static self => ((ControlSocket)self!).CloseOverdue(), this,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A missed deadline is noticed at most this much later.</summary>
    const int MaxCheckIntervalMs = 1000;

    public SocketLimits Limits => _context.Limits;

    public SocketCounters Counters => _context.Counters;

    /// <summary>Why clients are served late; null if they are not.</summary>
    public string? Trouble => _listener.Trouble;

    public TimeProvider Clock => _context.Clock;

    /// <summary>Begins to accept connections, also again after <see cref="StopAccepting"/>.</summary>
    public void Start()
    {
        if (!_accepting.IsCompleted) return;
        _pause = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        _accepting = Accept(_pause.Token);
    }

    /// <summary>Accepts on another socket from now on. Existing connections stay open.</summary>
    public async Task Replace(IControlListener another)
    {
        var wasAccepting = !_accepting.IsCompleted;
        await StopAccepting();
        var former = _listener;
        _listener = another;
        former.Dispose();
        if (wasAccepting) Start();
    }

    /// <summary>
    /// Stops accepting connections. Clients that connect wait in the queue of the socket for the next daemon, or until
    /// <see cref="Start"/>.
    /// </summary>
    public async Task StopAccepting()
    {
        _pause.Cancel();
        await _accepting;
    }

    /// <summary>
    /// Answers the requests that have arrived and closes all connections except one. To be called after
    /// <see cref="StopAccepting"/>. The wait is bounded: clients that send nothing, or do not read their answers, do
    /// not delay it.
    /// </summary>
    /// <param name="kept">The connection that stays open; null for none.</param>
    public async Task CloseAllExcept(ClientConnection? kept)
    {
        ClientConnection[] open;
        lock (_open) open = [.. _open.Where(connection => connection != kept)];
        // Programs send their first request at once; only a person with socat takes longer.
        var firstRequests = Task.WhenAll(open.Select(connection => connection.FirstRequest));
        await Task.WhenAny(firstRequests, Task.Delay(FirstRequestPatience, Clock));
        foreach (var connection in open) connection.FinishReading();
        var ended = Task.WhenAll(open.Select(connection => connection.Ended));
        await Task.WhenAny(ended, Task.Delay(LastAnswerPatience, Clock));
    }

    static readonly TimeSpan FirstRequestPatience = TimeSpan.FromSeconds(0.5);

    /// <summary>Ends all connections, after waiting at most a second until the last answers have been sent.</summary>
    public async Task Drain()
    {
        Task[] open;
        lock (_open) open = [.. _open.Select(connection => connection.Ended)];
        _end.Cancel();
        await Task.WhenAny(Task.WhenAll(open), Task.Delay(LastAnswerPatience, Clock));
    }

    static readonly TimeSpan LastAnswerPatience = TimeSpan.FromSeconds(1);

    public void Dispose()
    {
        _deadlineTimer.Dispose();
        _listener.Dispose();
    }

    /// <summary>
    /// Returns the deadline <paramref name="within"/> from now, in milliseconds of <see cref="Clock"/>, and arms the
    /// timer that enforces it (see <see cref="ClientConnection.CloseIfOverdue"/>).
    /// </summary>
    public long Deadline(TimeSpan within)
    {
        ArmTimer();
        return Now + (long)within.TotalMilliseconds;
    }

    void ArmTimer()
    {
        if (Interlocked.Exchange(ref _timerArmed, 1) == 0)
            _deadlineTimer.Change(_checkInterval, Timeout.InfiniteTimeSpan);
    }

    long Now => Clock.GetTimestamp() / (Clock.TimestampFrequency / 1000);

    /// <summary>
    /// Closes the connections that missed a deadline. One timer serves all deadlines of all connections, and it runs
    /// only while there are any.
    /// </summary>
    void CloseOverdue()
    {
        Volatile.Write(ref _timerArmed, 0);
        ClientConnection[] open;
        lock (_open) open = [.. _open];
        var (now, more) = (Now, false);
        foreach (var connection in open) more |= connection.CloseIfOverdue(now);
        if (more) ArmTimer();
    }

    async Task Accept(CancellationToken pause)
    {
        while (!pause.IsCancellationRequested)
        {
            try
            {
                Admit(await _listener.Accept(pause));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // No descriptor is left, or the client disconnected in the queue. After a pause, in which descriptors
                // may be closed, the next attempt may succeed.
                _context.Log.LogWarning("cannot accept a connection: {Error}",
                    (e as SocketException)?.SocketErrorCode.ToString() ?? FileSystem.Describe(e));
                await Task.Delay(AcceptAgainAfter, Clock, CancellationToken.None);
            }
        }
    }

    static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(50);

    void Admit(IControlChannel channel)
    {
        var connection = new ClientConnection(channel, this, _handler, _end.Token);
        if (Refusal(channel.Peer) is { } refusal)
        {
            _ = connection.Refuse(refusal.Code, refusal.Sentence);
            return;
        }
        lock (_open)
        {
            _open.Add(connection);
            (Counters.Accepted, Counters.Open) = (Counters.Accepted + 1, _open.Count);
        }
        _ = connection.Serve().ContinueWith(_ =>
        {
            lock (_open)
            {
                _open.Remove(connection);
                Counters.Open = _open.Count;
            }
        }, TaskScheduler.Default);
    }

    (int Code, string Sentence)? Refusal(Requester? peer)
    {
        if (peer is null) return (ErrorCode.NotPermitted, "the daemon cannot determine which user is connecting");
        if (peer.Uid != 0 && peer.Uid != CurrentSystem.UserId)
        {
            Counters.Strangers++;
            return (ErrorCode.NotPermitted,
                $"this daemon belongs to uid {CurrentSystem.UserId}; uid {peer.Uid} is not allowed to use it");
        }
        lock (_open)
        {
            if (_open.Count < Limits.Connections) return null;
            Counters.TooMany++;
        }
        return (ErrorCode.LimitExceeded,
            $"the daemon already has {Limits.Connections} connections; close one and try again");
    }
}
