using System.Net.Sockets;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Daemon.Control;

/// <summary>The client disconnected while its request was being answered.</summary>
internal sealed class ClientGoneException() : Exception("the client has gone");

/// <summary>
/// One connection: reads lines and writes lines, one request at a time. Whatever a client sends or fails to send, it
/// can only end its own connection, and it cannot occupy a thread while other connections wait for one.
/// </summary>
internal sealed class ClientConnection(IControlChannel channel, ControlSocket owner, RequestHandler handler,
    CancellationToken end)
{
    const int FirstBuffer = 4 << 10;

    /// <summary>
    /// How many buffered requests are answered in a row before other connections get a turn on this thread.
    /// </summary>
    const int RequestsPerTurn = 8;

    /// <summary>
    /// Slack for clock differences: a client that waited as long as it was told must not be refused again.
    /// </summary>
    static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(2);

    readonly SemaphoreSlim _writing = new(1, 1);
    readonly TaskCompletionSource _firstRequest = new(), _ended = new();
    readonly RequestPace _pace = new(owner.Limits);
    byte[] _buffer = new byte[FirstBuffer];
    int _start, _end;
    /// <summary>The request that is being answered; valid until the next read.</summary>
    ReadOnlyMemory<byte> _line;
    TimeSpan _pause;
    Task? _streamEnd;

    /// <summary>1 once the stream has been counted as lost; later failures belong to the same loss.</summary>
    int _isLost;
    bool _closed;

    /// <summary>
    /// Deadlines for receiving and for sending, in milliseconds of <see cref="ControlSocket.Clock"/>; 0 for none.
    /// </summary>
    long _readBy, _writeBy;

    /// <summary>The client, as shown in the log.</summary>
    public string Peer => Requester?.ToString() ?? "an unknown client";

    /// <summary>The client's credentials; null if the kernel does not report them.</summary>
    public Requester? Requester => channel.Peer;

    /// <summary>
    /// The socket. Use it only while a request of this connection is being answered, because it stays open until then.
    /// </summary>
    /// <exception cref="RequestException">The connection is not a socket.</exception>
    public int Descriptor =>
        channel.Descriptor
            ?? throw new RequestException(ErrorCode.Failed, "a daemon cannot be handed over through a pipe");

    /// <summary>
    /// Stops long work once the client is gone. Long work calls this from time to time; each call costs a system call.
    /// </summary>
    /// <exception cref="ClientGoneException">The client has disconnected.</exception>
    public void CheckForClient()
    {
        if (channel.IsGone) throw new ClientGoneException();
    }

    /// <summary>Completes when the first request arrives, or the connection ends without one.</summary>
    public Task FirstRequest => _firstRequest.Task;

    /// <summary>Completes when the connection no longer reads or writes.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// Reads and answers what the client has sent so far, then ends the connection. From now on sending fails for the
    /// client (EPIPE), so it knows that such requests were not started.
    /// </summary>
    public void FinishReading() => channel.FinishReading();

    /// <summary>Charges one request to the client's rate limit.</summary>
    /// <returns>
    /// How long the client has to wait, during which nothing is read from it; zero if the request may be answered.
    /// </returns>
    public TimeSpan ChargePace() => _pause = _pace.Acquire();

    /// <summary>Serves until the client closes, breaks the framing, misses a deadline, or the daemon ends.</summary>
    public async Task Serve()
    {
        _readBy = owner.Deadline(owner.Limits.FirstRequest);
        // Leaves the thread that accepts connections.
        await Task.Yield();
        try
        {
            for (var served = 1; await ReadLine(); served++)
            {
                _firstRequest.TrySetResult();
                if (await handler.Handle(_line, this) is { } answer) await Write(answer);
                if (_pause > TimeSpan.Zero) await Task.Delay(_pause + Margin, owner.Clock, end);
                else if (served % RequestsPerTurn == 0) await Task.Yield();
                _pause = TimeSpan.Zero;
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client has disconnected, or the daemon is exiting: there is nobody to report this to.
        }
        finally
        {
            channel.Dispose();
            _firstRequest.TrySetResult();
            _ended.TrySetResult();
        }
    }

    /// <summary>Sends an error and closes the connection.</summary>
    public async Task Refuse(int code, string sentence)
    {
        try
        {
            await Write(Framing.Error(default, new RpcError { Code = code, Message = sentence }));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client did not wait for the reason.
        }
        finally
        {
            channel.Dispose();
        }
    }

    /// <summary>Sends one message. Messages of concurrent callers are never mixed.</summary>
    /// <exception cref="ClientGoneException">The connection has ended, from either side.</exception>
    public async Task Write(ReadOnlyMemory<byte> message)
    {
        await _writing.WaitAsync();
        try
        {
            while (message.Length > 0)
            {
                var sending = channel.Send(message);
                if (!sending.IsCompleted) Volatile.Write(ref _writeBy, owner.Deadline(owner.Limits.SlowReader));
                message = message[await sending..];
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            if (_streamEnd is not null && Interlocked.Exchange(ref _isLost, 1) == 0)
                Interlocked.Increment(ref owner.Counters.LostStreams);
            throw new ClientGoneException();
        }
        finally
        {
            Volatile.Write(ref _writeBy, 0);
            _writing.Release();
        }
    }

    /// <summary>
    /// Sends a sign of life to the client of a stream. The first heartbeat also says where the stream begins.
    /// </summary>
    public Task Heartbeat(HeartbeatNotice notice)
    {
        Interlocked.Increment(ref owner.Counters.Heartbeats);
        return Write(Framing.Notification(Notifications.Heartbeat, notice,
            WireJson.Default.RpcNotificationHeartbeatNotice));
    }

    /// <summary>
    /// Completes when the client sends something or closes, or the daemon exits, all of which end a stream. Received
    /// bytes become the next request.
    /// </summary>
    public Task WhenStreamEnds() => _streamEnd = _start < _end ? Task.CompletedTask : AwaitStreamEnd();

    async Task AwaitStreamEnd()
    {
        try
        {
            MakeRoom();
            if (await channel.Receive(_buffer.AsMemory(_end), end) is > 0 and var count) _end += count;
            else _closed = true;
        }
        catch (Exception e) when (IsEnd(e))
        {
            _closed = true;
        }
    }

    /// <summary>
    /// Closes the connection if a deadline has passed, and tells the client which one if it can still read.
    /// </summary>
    /// <param name="now">The present time in milliseconds of <see cref="ControlSocket.Clock"/>.</param>
    /// <returns>True if the connection has a deadline in the future.</returns>
    public bool CloseIfOverdue(long now)
    {
        var (readBy, writeBy) = (Volatile.Read(ref _readBy), Volatile.Read(ref _writeBy));
        if (writeBy != 0 && now >= writeBy)
        {
            Volatile.Write(ref _readBy, 0);
            owner.Counters.SlowReaders++;
            channel.Dispose();
            return false;
        }
        if (readBy == 0 || now < readBy) return readBy != 0 || writeBy != 0;
        Volatile.Write(ref _readBy, 0);
        owner.Counters.SilentClients++;
        var (what, limit) = FirstRequest.IsCompleted
            ? ("the rest of a request did not arrive", owner.Limits.RestOfRequest)
            : ("no request arrived", owner.Limits.FirstRequest);
        _ = Refuse(ErrorCode.LimitExceeded, $"{what} within {Duration.Format(limit)}; the connection is closed");
        return false;
    }

    /// <summary>
    /// Puts the next line, without its line break, into <see cref="_line"/>. A line over the size limit ends the
    /// connection with an error, because the next message can no longer be found.
    /// </summary>
    /// <returns>False if the connection is to be closed.</returns>
    async Task<bool> ReadLine()
    {
        if (_streamEnd is { } streamEnd) await streamEnd;
        _streamEnd = null;
        var searched = _start;
        while (true)
        {
            var newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0 && searched + newline - _start <= Framing.MaxRequestBytes)
            {
                _line = _buffer.AsMemory(_start, searched + newline - _start);
                _start = searched + newline + 1;
                Volatile.Write(ref _readBy, 0);
                return true;
            }
            if (_end - _start > Framing.MaxRequestBytes)
            {
                await Write(Framing.Error(default, Framing.TooLong));
                return false;
            }
            if (_closed) return false;
            MakeRoom();
            // A request has begun: all of it must arrive before the deadline, in however many pieces.
            if (_end > 0 && _readBy == 0) Volatile.Write(ref _readBy, owner.Deadline(owner.Limits.RestOfRequest));
            searched = _end;
            var count = await channel.Receive(_buffer.AsMemory(_end), end);
            if (count == 0) return false;
            _end += count;
        }
    }

    void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        // After one long request, an idle connection must not keep a megabyte.
        else if (_end == 0 && _buffer.Length > FirstBuffer) _buffer = new byte[FirstBuffer];
    }

    static bool IsEnd(Exception e) =>
        e is SocketException or IOException or OperationCanceledException or ObjectDisposedException
            or ClientGoneException;
}
