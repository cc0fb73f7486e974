using System.Net.Sockets;

using Tspm.Model;
using Tspm.Platform.Linux.Native;
using Tspm.Protocol;

namespace Tspm.Daemon;

/// <summary>One connection: lines in, lines out, a request at a time. Whatever a client sends or omits, it can only end its own connection.</summary>
internal sealed class ClientConnection(Socket socket, RequestHandler handler, CancellationToken end)
{
    const int FirstBuffer = 4 << 10;

    readonly SemaphoreSlim _writing = new(1, 1);
    readonly TaskCompletionSource _spoken = new(), _ended = new();
    byte[] _buffer = new byte[FirstBuffer];
    int _start, _end;

    /// <summary>Who is on the other side, for the record.</summary>
    public string Peer => Asker?.ToString() ?? "an unknown client";

    public Asker? Asker { get; } = AskerOf(socket);

    /// <summary>Only while a request of it is being answered: then it stays open.</summary>
    public int Descriptor => (int)socket.Handle;

    /// <summary>Completes with the first request.</summary>
    public Task Spoken => _spoken.Task;

    /// <summary>Completes when nothing is read or written any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// What the client has sent so far is still read and answered; from now on its sending fails (EPIPE), so that it knows: what could not be sent was not begun. Then the connection ends.
    /// </summary>
    public void FinishReading()
    {
        var held = false;
        try
        {
            // Held, so that its number cannot be another descriptor's by the time of the call.
            socket.SafeHandle.DangerousAddRef(ref held);
            _ = SysSocket.shutdown((int)socket.SafeHandle.DangerousGetHandle(), SysSocket.SHUT_RD);
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
        finally
        {
            if (held) socket.SafeHandle.DangerousRelease();
        }
    }

    /// <summary>Serves until the client closes, breaks the framing, or the daemon ends.</summary>
    public async Task Serve()
    {
        try
        {
            while (await ReadLine() is { } line)
            {
                _spoken.TrySetResult();
                if (await handler.Handle(line, this) is { } answer) await Write(answer);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the daemon does: either way there is nobody to tell.
        }
        finally
        {
            socket.Dispose();
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
        catch (SocketException)
        {
            // It did not wait for the reason.
        }
        finally
        {
            socket.Dispose();
        }
    }

    /// <summary>Sends one message; several at a time are kept apart.</summary>
    public async Task Write(ReadOnlyMemory<byte> message)
    {
        await _writing.WaitAsync();
        try
        {
            while (message.Length > 0) message = message[await socket.SendAsync(message, SocketFlags.None)..];
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Completes when the client sends something or closes, or the daemon ends: the end of a stream.</summary>
    public async Task WhenStirred()
    {
        if (_start < _end) return;
        var one = new byte[1];
        try
        {
            await socket.ReceiveAsync(one, SocketFlags.Peek, end);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed, one way or another.
        }
    }

    /// <summary>The next line without its break; null at the end. Over the limit the stream cannot be trusted any more: told, then closed.</summary>
    async Task<ReadOnlyMemory<byte>?> ReadLine()
    {
        var searched = _start;
        while (true)
        {
            var newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0 && searched + newline - _start <= Framing.MaxRequestBytes)
            {
                var line = _buffer.AsMemory(_start, searched + newline - _start);
                _start = searched + newline + 1;
                return line;
            }
            if (_end - _start > Framing.MaxRequestBytes)
            {
                await Write(Framing.Error(default, Framing.TooLong));
                return null;
            }
            MakeRoom();
            searched = _end;
            var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, end);
            if (count == 0) return null;
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
    }

    static Asker? AskerOf(Socket socket) => SysSocket.GetPeerCredentials((int)socket.Handle, out var peer) == 0 ? new Asker(peer.uid, peer.pid) : null;
}
