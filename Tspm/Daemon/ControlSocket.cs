using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tspm.Platform.Linux.Native;
using Tspm.Protocol;

namespace Tspm.Daemon;

/// <summary>
/// Accepts connections on the listener that the guardian holds: the socket outlives this daemon, and who connects while none is there waits in its queue. Only the daemon's own
/// user and root may speak (SO_PEERCRED, man 7 unix).
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    /// <summary>More at once than any honest use needs; the next one is told and closed.</summary>
    public const int MaxConnections = 128;

    readonly Socket _listener;
    readonly DaemonContext _context;
    readonly RequestHandler _handler;
    readonly HashSet<ClientConnection> _open = [];
    readonly CancellationTokenSource _end = new();
    CancellationTokenSource _pause = new();
    Task _accepting = Task.CompletedTask;

    public ControlSocket(int descriptor, DaemonContext context)
    {
        _listener = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        (_context, _handler) = (context, new RequestHandler(context));
    }

    /// <summary>Accepts, at first or again after <see cref="StopAccepting"/>.</summary>
    public void Start()
    {
        if (!_accepting.IsCompleted) return;
        _pause = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        _accepting = Accept(_pause.Token);
    }

    /// <summary>Accepts nobody from now on: who connects waits in the guardian's queue, for the next daemon or until <see cref="Start"/>.</summary>
    public async Task StopAccepting()
    {
        _pause.Cancel();
        await _accepting;
    }

    /// <summary>
    /// Answers what was asked, and closes all connections but one, when nobody is accepted any more. Bounded: who connected and says nothing, or does not read its answer, is not waited for.
    /// </summary>
    public async Task Quiet(ClientConnection? butNot)
    {
        ClientConnection[] open;
        lock (_open) open = [.. _open.Where(connection => connection != butNot)];
        // Whoever got in speaks at once, unless it is a person with socat.
        await Task.WhenAny(Task.WhenAll(open.Select(connection => connection.Spoken)), Task.Delay(FirstWords, _context.Clock));
        foreach (var connection in open) connection.FinishReading();
        await Task.WhenAny(Task.WhenAll(open.Select(connection => connection.Ended)), Task.Delay(LastAnswers, _context.Clock));
    }

    static readonly TimeSpan FirstWords = TimeSpan.FromSeconds(0.5);

    /// <summary>Waits, for a moment at most, until the last answers are on their way.</summary>
    public async Task Drained()
    {
        Task[] open;
        lock (_open) open = [.. _open.Select(connection => connection.Ended)];
        _end.Cancel();
        await Task.WhenAny(Task.WhenAll(open), Task.Delay(LastAnswers, _context.Clock));
    }

    static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(1);

    public void Dispose() => _listener.Dispose();

    async Task Accept(CancellationToken pause)
    {
        while (!pause.IsCancellationRequested)
        {
            try
            {
                Take(await _listener.AcceptAsync(pause));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or the client went away in the queue: the next one may fare better, after a moment in which something is closed.
                _context.Log.LogWarning("a connection could not be accepted: {Error}", e.SocketErrorCode);
                await Task.Delay(AcceptAgainAfter, _context.Clock, CancellationToken.None);
            }
        }
    }

    static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(50);

    void Take(Socket socket)
    {
        var connection = new ClientConnection(socket, _handler, _end.Token);
        if (Refusal(socket) is { } refusal)
        {
            _ = connection.Refuse(refusal.Code, refusal.Sentence);
            return;
        }
        lock (_open) _open.Add(connection);
        _ = connection.Serve().ContinueWith(_ =>
        {
            lock (_open) _open.Remove(connection);
        }, TaskScheduler.Default);
    }

    (int Code, string Sentence)? Refusal(Socket socket)
    {
        if (SysSocket.GetPeerCredentials((int)socket.Handle, out var peer) != 0)
            return (ErrorCode.NotPermitted, "the daemon cannot find out who is connecting");
        if (peer.uid != 0 && peer.uid != Unistd.geteuid())
            return (ErrorCode.NotPermitted, $"this daemon belongs to uid {Unistd.geteuid()}; uid {peer.uid} may not speak to it");
        lock (_open)
            return _open.Count >= MaxConnections
                ? (ErrorCode.LimitExceeded, $"the daemon has {MaxConnections} connections already; close one and try again")
                : null;
    }
}
