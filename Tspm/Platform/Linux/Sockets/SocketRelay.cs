using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Copies bytes between a pair of descriptors (standard input and output) and a stream socket, in both directions, on
/// one thread (man 2 poll). A blocked direction does not delay the other one.
/// </summary>
/// <param name="input">Is read; its bytes are sent to the socket.</param>
/// <param name="output">Receives the bytes that are read from the socket.</param>
/// <param name="socket">The connected socket.</param>
internal sealed unsafe class SocketRelay(int input, int output, int socket)
{
    /// <summary>A write of this size to a writable pipe does not block (man 7 pipe, PIPE_BUF).</summary>
    const int ChunkBytes = 4096;

    const short Broken = SysPoll.POLLERR | SysPoll.POLLHUP;

    readonly byte[] _toSocket = new byte[ChunkBytes], _fromSocket = new byte[ChunkBytes];

    /// <summary>The numbers of bytes in the two chunks that are still to be written.</summary>
    int _up, _down;

    bool _inputEnded;

    /// <summary>Returns when the socket is closed or broken, or nobody reads the output any more.</summary>
    public void Run()
    {
        var fds = stackalloc PollFd[3];
        do
        {
            // In each direction, pending bytes are written before more are read.
            fds[0] = new PollFd { fd = _up > 0 || _inputEnded ? -1 : input, events = SysPoll.POLLIN };
            // Left out while there is nothing to do with the socket, because poll would report a closed one
            // permanently.
            fds[1] = new PollFd
            {
                fd = _up == 0 && _down > 0 ? -1 : socket,
                events = (short)((_down > 0 ? 0 : SysPoll.POLLIN) | (_up > 0 ? SysPoll.POLLOUT : 0)),
            };
            // Even without requested events, poll reports that nobody reads any more.
            fds[2] = new PollFd { fd = output, events = (short)(_down > 0 ? SysPoll.POLLOUT : 0) };
        }
        while (SysPoll.poll(fds, 3, -1) < 0 || Move(fds[0].revents, fds[1].revents, fds[2].revents));
    }

    /// <returns>False if the relay is done.</returns>
    bool Move(short inputEvents, short socketEvents, short outputEvents)
    {
        if (inputEvents != 0) ReadInput();
        if (_up > 0 && (socketEvents & (SysPoll.POLLOUT | Broken)) != 0) SendUp();
        if (_down == 0 && (socketEvents & (SysPoll.POLLIN | Broken)) != 0
            && (_down = Read(socket, _fromSocket)) <= 0) return false;
        if ((outputEvents & (SysPoll.POLLERR | SysPoll.POLLNVAL)) != 0) return false;
        return _down == 0 || (outputEvents & SysPoll.POLLOUT) == 0 || WriteDown();
    }

    void ReadInput()
    {
        _up = Math.Max(0, Read(input, _toSocket));
        if (_up > 0) return;
        _inputEnded = true;
        _ = SysSocket.shutdown(socket, SysSocket.SHUT_WR);
    }

    void SendUp()
    {
        nint sent;
        fixed (byte* start = _toSocket)
            sent = SysSocket.send(socket, start, (nuint)_up, SysSocket.MSG_NOSIGNAL | SysSocket.MSG_DONTWAIT);
        // The socket accepts no more bytes, but may have sent the reason, which is still read.
        if (!Keep(sent, _toSocket, ref _up)) (_up, _inputEnded) = (0, true);
    }

    bool WriteDown()
    {
        nint written;
        fixed (byte* start = _fromSocket) written = Unistd.write(output, start, (nuint)_down);
        return Keep(written, _fromSocket, ref _down);
    }

    static int Read(int descriptor, byte[] chunk)
    {
        fixed (byte* start = chunk) return (int)Unistd.read(descriptor, start, ChunkBytes);
    }

    /// <summary>Keeps the bytes that were not written; false if the receiver is gone.</summary>
    static bool Keep(nint taken, byte[] chunk, ref int held)
    {
        if (taken < 0) return Errno.Last is Errno.EINTR or Errno.EAGAIN;
        Array.Copy(chunk, (int)taken, chunk, 0, held - (int)taken);
        held -= (int)taken;
        return true;
    }
}
