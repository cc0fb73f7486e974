using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// Accepts connections on the listener that the guardian holds: the socket outlives this daemon, and who connects while
/// none is there waits in its queue. Only the daemon's own user and root may speak (SO_PEERCRED, man 7 unix), and no
/// more at once than <see cref="SocketLimits"/> allows.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    IControlListener _listener;
    readonly DaemonContext _context;
    readonly RequestHandler _handler;
    readonly HashSet<ClientConnection> _open = [];
    readonly CancellationTokenSource _end = new();
    readonly ITimer _look;
    readonly TimeSpan _lookEvery;
    CancellationTokenSource _pause = new();
    Task _accepting = Task.CompletedTask;
    int _lookArmed;

    public ControlSocket(IControlListener listener, DaemonContext context)
    {
        (_listener, _context, _handler) = (listener, context, new RequestHandler(context));
        var shortest = Math
            .Min(Math.Min(Limits.FirstRequest.TotalMilliseconds, Limits.RestOfRequest.TotalMilliseconds),
                Limits.SlowReader.TotalMilliseconds);
        _lookEvery = TimeSpan.FromMilliseconds(Math.Min(shortest / 4, LookAtLeastEveryMs));
        _look = Clock
            .CreateTimer(static self => ((ControlSocket)self!).CloseOverdue(), this, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
    }

    /// <summary>How late a deadline may be noticed.</summary>
    const int LookAtLeastEveryMs = 1000;

    public SocketLimits Limits => _context.Limits;

    public SocketCounters Counters => _context.Counters;

    /// <summary>Why clients are served late; null: they are not.</summary>
    public string? Trouble => _listener.Trouble;

    public TimeProvider Clock => _context.Clock;

    /// <summary>Accepts, at first or again after <see cref="StopAccepting"/>.</summary>
    public void Start()
    {
        if (!_accepting.IsCompleted) return;
        _pause = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        _accepting = Accept(_pause.Token);
    }

    /// <summary>Accepts from another socket from now on; who is connected already stays so.</summary>
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
    /// Accepts nobody from now on: who connects waits in the guardian's queue, for the next daemon or until
    /// <see cref="Start"/>.
    /// </summary>
    public async Task StopAccepting()
    {
        _pause.Cancel();
        await _accepting;
    }

    /// <summary>
    /// Answers what was asked, and closes all connections but one, when nobody is accepted any more. Bounded: who
    /// connected and says nothing, or does not read its answer, is not waited for.
    /// </summary>
    public async Task Quiet(ClientConnection? butNot)
    {
        ClientConnection[] open;
        lock (_open) open = [.. _open.Where(connection => connection != butNot)];
        // Whoever got in speaks at once, unless it is a person with socat.
        await Task.WhenAny(Task.WhenAll(open.Select(connection => connection.Spoken)), Task.Delay(FirstWords, Clock));
        foreach (var connection in open) connection.FinishReading();
        await Task.WhenAny(Task.WhenAll(open.Select(connection => connection.Ended)), Task.Delay(LastAnswers, Clock));
    }

    static readonly TimeSpan FirstWords = TimeSpan.FromSeconds(0.5);

    /// <summary>Waits, for a moment at most, until the last answers are on their way.</summary>
    public async Task Drained()
    {
        Task[] open;
        lock (_open) open = [.. _open.Select(connection => connection.Ended)];
        _end.Cancel();
        await Task.WhenAny(Task.WhenAll(open), Task.Delay(LastAnswers, Clock));
    }

    static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(1);

    public void Dispose()
    {
        _look.Dispose();
        _listener.Dispose();
    }

    /// <summary>
    /// So much from now, by <see cref="Clock"/>, as <see cref="ClientConnection.CloseIfOverdue"/> compares it; from now
    /// on it is looked after.
    /// </summary>
    public long Deadline(TimeSpan within)
    {
        if (Interlocked.Exchange(ref _lookArmed, 1) == 0) _look.Change(_lookEvery, Timeout.InfiniteTimeSpan);
        return Now + (long)within.TotalMilliseconds;
    }

    long Now => Clock.GetTimestamp() / (Clock.TimestampFrequency / 1000);

    /// <summary>One timer for all deadlines of all connections, and none when there are none.</summary>
    void CloseOverdue()
    {
        Volatile.Write(ref _lookArmed, 0);
        ClientConnection[] open;
        lock (_open) open = [.. _open];
        var (now, more) = (Now, false);
        foreach (var connection in open) more |= connection.CloseIfOverdue(now);
        if (more && Interlocked.Exchange(ref _lookArmed, 1) == 0) _look.Change(_lookEvery, Timeout.InfiniteTimeSpan);
    }

    async Task Accept(CancellationToken pause)
    {
        while (!pause.IsCancellationRequested)
        {
            try
            {
                Take(await _listener.Accept(pause));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Out of descriptors, or the client went away in the queue: the next one may fare better, after a
                // moment in which something is closed.
                _context.Log.LogWarning("a connection could not be accepted: {Error}",
                    (e as SocketException)?.SocketErrorCode.ToString() ?? FileSystem.Describe(e));
                await Task.Delay(AcceptAgainAfter, Clock, CancellationToken.None);
            }
        }
    }

    static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(50);

    void Take(IControlChannel channel)
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
        if (peer is null) return (ErrorCode.NotPermitted, "the daemon cannot find out who is connecting");
        if (peer.Uid != 0 && peer.Uid != CurrentSystem.UserId)
        {
            Counters.Strangers++;
            return (ErrorCode.NotPermitted,
                $"this daemon belongs to uid {CurrentSystem.UserId}; uid {peer.Uid} may not speak to it");
        }
        lock (_open)
        {
            if (_open.Count < Limits.Connections) return null;
            Counters.TooMany++;
        }
        return (ErrorCode.LimitExceeded,
            $"the daemon has {Limits.Connections} connections already; close one and try again");
    }
}
