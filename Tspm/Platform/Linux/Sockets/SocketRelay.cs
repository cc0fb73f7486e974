using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Carries bytes between a pair of descriptors (standard input and output) and a stream socket, both ways at once, on
/// one thread (man 2 poll). A way that does not move does not hold up the other one.
/// </summary>
/// <param name="input">Read, and carried to the socket.</param>
/// <param name="output">What the socket says is written there.</param>
/// <param name="socket">Connected.</param>
internal sealed unsafe class SocketRelay(int input, int output, int socket)
{
    /// <summary>A write of so much to a pipe that has room does not wait (man 7 pipe, PIPE_BUF).</summary>
    const int ChunkBytes = 4096;

    const short Broken = SysPoll.POLLERR | SysPoll.POLLHUP;

    readonly byte[] _toSocket = new byte[ChunkBytes], _fromSocket = new byte[ChunkBytes];

    /// <summary>How many bytes of the two chunks are still to be written.</summary>
    int _up, _down;

    bool _inputEnded;

    /// <summary>Returns when the socket is closed or broken, or nobody reads the output any more.</summary>
    public void Run()
    {
        var fds = stackalloc PollFd[3];
        do
        {
            // Each way on its own: what waits to be written is written before more is read.
            fds[0] = new PollFd { fd = _up > 0 || _inputEnded ? -1 : input, events = SysPoll.POLLIN };
            // Not asked at all when there is nothing to do with it: that it has closed would be told again and again.
            fds[1] = new PollFd
            {
                fd = _up == 0 && _down > 0 ? -1 : socket,
                events = (short)((_down > 0 ? 0 : SysPoll.POLLIN) | (_up > 0 ? SysPoll.POLLOUT : 0)),
            };
            // Asked for nothing, it still tells when nobody reads any more.
            fds[2] = new PollFd { fd = output, events = (short)(_down > 0 ? SysPoll.POLLOUT : 0) };
        }
        while (SysPoll.poll(fds, 3, -1) < 0 || Move(fds[0].revents, fds[1].revents, fds[2].revents));
    }

    /// <summary>False: it is over.</summary>
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
        // It takes no more, but may have said why: that is still read.
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

    /// <summary>Keeps what was not taken. False: nobody takes it.</summary>
    static bool Keep(nint taken, byte[] chunk, ref int held)
    {
        if (taken < 0) return Errno.Last is Errno.EINTR or Errno.EAGAIN;
        Array.Copy(chunk, (int)taken, chunk, 0, held - (int)taken);
        held -= (int)taken;
        return true;
    }
}
