using System.Net.Sockets;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Daemon.Control;

/// <summary>The client of a request went away while it was being answered.</summary>
internal sealed class ClientGoneException() : Exception("the client has gone");

/// <summary>
/// One connection: lines in, lines out, a request at a time. Whatever a client sends or omits, it can only end its own
/// connection; and it cannot hold a thread while others wait for one.
/// </summary>
internal sealed class ClientConnection(IControlChannel channel, ControlSocket owner, RequestHandler handler,
    CancellationToken end)
{
    const int FirstBuffer = 4 << 10;

    /// <summary>
    /// Requests that are at hand are answered in one go, up to so many; then everybody else has a turn on this thread.
    /// </summary>
    const int RequestsPerTurn = 8;

    /// <summary>Clocks differ: who has waited as it was told shall not be refused again.</summary>
    static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(2);

    readonly SemaphoreSlim _writing = new(1, 1);
    readonly TaskCompletionSource _spoken = new(), _ended = new();
    readonly RequestPace _pace = new(owner.Limits);
    byte[] _buffer = new byte[FirstBuffer];
    int _start, _end;
    /// <summary>The request that is being answered. Valid until more is read.</summary>
    ReadOnlyMemory<byte> _line;
    TimeSpan _pause;
    Task? _stirring;

    /// <summary>1: its stream was counted as lost. What fails behind that is of the same loss.</summary>
    int _isLost;
    bool _closed;

    /// <summary>
    /// Until when something must have come, or been taken, by the clock's milliseconds; 0: no matter.
    /// </summary>
    long _readBy, _writeBy;

    /// <summary>Who is on the other side, for the record.</summary>
    public string Peer => Requester?.ToString() ?? "an unknown client";

    public Requester? Requester => channel.Peer;

    /// <summary>Only while a request of it is being answered: then it stays open.</summary>
    public int Descriptor =>
        channel.Descriptor
            ?? throw new RequestException(ErrorCode.Failed, "a daemon cannot be handed over through a pipe");

    /// <summary>
    /// To be called now and then by work that takes long: there is nobody any more whom its result would reach. Costs a
    /// system call.
    /// </summary>
    /// <exception cref="ClientGoneException">The client has gone.</exception>
    public void CheckForClient()
    {
        if (channel.IsGone) throw new ClientGoneException();
    }

    /// <summary>Completes with the first request.</summary>
    public Task Spoken => _spoken.Task;

    /// <summary>Completes when nothing is read or written any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// What the client has sent so far is still read and answered; from now on its sending fails (EPIPE), so that it
    /// knows: what could not be sent was not begun. Then the connection ends.
    /// </summary>
    public void FinishReading() => channel.FinishReading();

    /// <summary>Takes one request from the client's allowance.</summary>
    /// <returns>How long the client has to wait, and nothing that it sends is read; zero: not at all.</returns>
    public TimeSpan TakeFromPace() => _pause = _pace.TakeOne();

    /// <summary>Serves until the client closes, breaks the framing, misses a deadline, or the daemon ends.</summary>
    public async Task Serve()
    {
        _readBy = owner.Deadline(owner.Limits.FirstRequest);
        // Not on the thread that accepts.
        await Task.Yield();
        try
        {
            for (var served = 1; await ReadLine(); served++)
            {
                _spoken.TrySetResult();
                if (await handler.Handle(_line, this) is { } answer) await Write(answer);
                if (_pause > TimeSpan.Zero) await Task.Delay(_pause + Margin, owner.Clock, end);
                else if (served % RequestsPerTurn == 0) await Task.Yield();
                _pause = TimeSpan.Zero;
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client went away, or the daemon does: either way there is nobody to tell.
        }
        finally
        {
            channel.Dispose();
            _spoken.TrySetResult();
            _ended.TrySetResult();
        }
    }

    /// <summary>Says why, and closes.</summary>
    public async Task Refuse(int code, string sentence)
    {
        try
        {
            await Write(Framing.Error(default, new RpcError { Code = code, Message = sentence }));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // It did not wait for the reason.
        }
        finally
        {
            channel.Dispose();
        }
    }

    /// <summary>Sends one message; several at a time are kept apart.</summary>
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
            if (_stirring is not null && Interlocked.Exchange(ref _isLost, 1) == 0)
                Interlocked.Increment(ref owner.Counters.LostStreams);
            throw;
        }
        finally
        {
            Volatile.Write(ref _writeBy, 0);
            _writing.Release();
        }
    }

    /// <summary>Tells a stream's client that it lives; the first one where it begins.</summary>
    public Task Heartbeat(HeartbeatNotice notice)
    {
        Interlocked.Increment(ref owner.Counters.Heartbeats);
        return Write(Framing.Notification(Notifications.Heartbeat, notice,
            WireJson.Default.RpcNotificationHeartbeatNotice));
    }

    /// <summary>
    /// Completes when the client sends something or closes, or the daemon ends: the end of a stream. What came is read
    /// as the next request.
    /// </summary>
    public Task WhenStirred() => _stirring = _start < _end ? Task.CompletedTask : Stir();

    async Task Stir()
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
    /// Closes when a deadline has passed, and says which. True: there is a deadline that is still to come.
    /// </summary>
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
        var (what, limit) = Spoken.IsCompleted
            ? ("the rest of a request has not come", owner.Limits.RestOfRequest)
            : ("no request has come", owner.Limits.FirstRequest);
        _ = Refuse(ErrorCode.LimitExceeded, $"{what} within {Duration.Format(limit)}, and the connection is closed");
        return false;
    }

    /// <summary>
    /// Puts the next line, without its break, into <see cref="_line"/>. False at the end. Over the limit the stream
    /// cannot be trusted any more: told, then closed.
    /// </summary>
    async Task<bool> ReadLine()
    {
        if (_stirring is { } stirring) await stirring;
        _stirring = null;
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
            // A request has begun: the whole of it has to come, however many pieces it comes in.
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
        // One long request is no reason to hold a megabyte for a connection that idles from now on.
        else if (_end == 0 && _buffer.Length > FirstBuffer) _buffer = new byte[FirstBuffer];
    }

    static bool IsEnd(Exception e) =>
        e is SocketException or IOException or OperationCanceledException or ObjectDisposedException;
}
