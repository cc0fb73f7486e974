using System.Net.Sockets;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Portable;

/// <summary>Accepts clients on a Unix socket on which the guardian already listens.</summary>
internal sealed class UnixControlListener(Socket listener) : IControlListener
{
    /// <param name="descriptor">The listening socket; the listener closes it.</param>
    public static UnixControlListener From(Descriptor descriptor) =>
        new(new Socket(new SafeSocketHandle(descriptor.HandOver(), ownsHandle: true)));

    readonly UnwatchedSockets _unwatched = new();

    public string? Trouble => _unwatched.Trouble;

    public async ValueTask<IControlChannel> Accept(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new UnixControlChannel(await listener.AcceptAsync(cancel), _unwatched);
            }
            catch (Exception e) when (UnwatchedSockets.IsRefusal(e))
            {
                await _unwatched.Wait(cancel);
            }
        }
    }

    public void Dispose() => listener.Dispose();
}

/// <summary>A connection to a Unix socket.</summary>
internal sealed class UnixControlChannel(Socket socket, UnwatchedSockets unwatched) : IControlChannel
{
    /// <summary>The client's credentials at the time of connecting (man 7 unix, SO_PEERCRED).</summary>
    public Requester? Peer { get; } = SysSocket.GetPeerCredentials((int)socket.Handle, out var peer) == 0
        ? new Requester(peer.uid, peer.pid)
        : null;

    public int? Descriptor => (int)socket.Handle;

    public async ValueTask<int> Receive(Memory<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await socket.ReceiveAsync(into, SocketFlags.None, cancel);
            }
            catch (Exception e) when (UnwatchedSockets.IsRefusal(e))
            {
                await unwatched.Wait(cancel);
            }
        }
    }

    public async ValueTask<int> Send(ReadOnlyMemory<byte> bytes)
    {
        if (!CurrentSystem.MayRefuseToWatch) return await socket.SendAsync(bytes, SocketFlags.None);
        var sent = SendWhatFits(bytes.Span);
        while (sent < bytes.Length)
        {
            sent += await SendOneByte(bytes.Slice(sent, 1));
            sent += SendWhatFits(bytes.Span[sent..]);
        }
        return sent;
    }

    /// <summary>
    /// Waits for buffer space by sending a single byte, which is either sent or not. With a longer text it would be
    /// unknown how much had been sent when the system refuses to watch the socket.
    /// </summary>
    async ValueTask<int> SendOneByte(ReadOnlyMemory<byte> single)
    {
        while (true)
        {
            try
            {
                return await socket.SendAsync(single, SocketFlags.None);
            }
            catch (Exception e) when (UnwatchedSockets.IsRefusal(e))
            {
                await unwatched.Wait(CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Sends without waiting, and returns the number of bytes sent; 0 also if sending fails, which the next wait
    /// reports.
    /// </summary>
    unsafe int SendWhatFits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        nint count = 0;
        fixed (byte* start = bytes)
        {
            var (from, length) = ((nint)start, (nuint)bytes.Length);
            const int flags = SysSocket.MSG_DONTWAIT | SysSocket.MSG_NOSIGNAL;
            if (!WithDescriptor(descriptor => (count = SysSocket.send(descriptor, (void*)from, length, flags)) >= 0,
                out _))
                return 0;
        }
        return (int)Math.Max(count, 0);
    }

    public bool IsGone => !WithDescriptor(HangsUp, out var isGone) || isGone;

    public void FinishReading() =>
        WithDescriptor(static descriptor => SysSocket.shutdown(descriptor, SysSocket.SHUT_RD) == 0, out _);

    /// <summary>
    /// Whether both directions are closed, as after close(2) by the other side (man 2 poll: POLLHUP).
    /// </summary>
    static unsafe bool HangsUp(int descriptor)
    {
        var poll = new PollFd { fd = descriptor };
        return SysPoll.poll(&poll, 1, 0) > 0 && (poll.revents & (SysPoll.POLLHUP | SysPoll.POLLERR)) != 0;
    }

    /// <returns>False if the connection was disposed of and nothing was done.</returns>
    bool WithDescriptor(Func<int, bool> act, out bool result)
    {
        var held = false;
        result = false;
        try
        {
            // The reference keeps the number from being reused for another descriptor before the call.
            socket.SafeHandle.DangerousAddRef(ref held);
            result = act((int)socket.SafeHandle.DangerousGetHandle());
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (held) socket.SafeHandle.DangerousRelease();
        }
    }

    public void Dispose() => socket.Dispose();
}
