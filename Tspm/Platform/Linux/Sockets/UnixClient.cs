using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>What came of connecting to a Unix socket.</summary>
internal enum ConnectOutcome
{
    Connected,

    /// <summary>The path does not fit, see <see cref="UnixClient.MostPathBytes"/>.</summary>
    PathTooLong,

    /// <summary>There is no socket, or a dead one's.</summary>
    NobodyListens,

    NotPermitted,

    /// <summary>There was no place in the backlog for the time given.</summary>
    NotAccepted,

    /// <summary>The system's reason is in the words.</summary>
    Failed,
}

/// <summary>
/// The client's end of a Unix stream socket (man 7 unix), by system calls: the runtime's own socket starts an epoll
/// thread and probes three address families before the first byte.
/// </summary>
internal static unsafe class UnixClient
{
    /// <summary>
    /// man 7 socket: also the time that connect may wait for a place in the backlog. The same number on x86-64 and
    /// arm64.
    /// </summary>
    const int SO_SNDTIMEO = 21;

    /// <summary>How long a path may be, with its ending zero.</summary>
    public const int MostPathBytes = SockaddrUn.PathBytes;

    /// <summary>Connects; blocks at most for this time, and so does each later write.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="sendTimeout">Whole seconds.</param>
    /// <param name="socket">The caller's; not open unless it is connected.</param>
    /// <param name="reason">The system's, when it has failed.</param>
    public static ConnectOutcome Connect(string path, TimeSpan sendTimeout, out Descriptor socket, out string? reason)
    {
        (socket, reason) = (default, null);
        if (!SockaddrUn.TryCreate(path, out var address)) return ConnectOutcome.PathTooLong;
        using var made = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!made.IsOpen) return Explain(Errno.Last, out reason);
        // struct timeval: seconds and microseconds.
        var timeout = stackalloc long[] { (long)sendTimeout.TotalSeconds, 0 };
        _ = SysSocket.setsockopt(made.Number, SysSocket.SOL_SOCKET, SO_SNDTIMEO, timeout, 2 * sizeof(long));
        while (SysSocket.connect(made.Number, &address, (uint)sizeof(SockaddrUn)) < 0)
        {
            var errno = Errno.Last;
            if (errno != Errno.EINTR) return Explain(errno, out reason);
        }
        socket = made.Move();
        return ConnectOutcome.Connected;
    }

    /// <summary>
    /// Who listens at the other end: the kernel keeps who called listen(2) (man 7 unix, SO_PEERCRED). Null: it does not
    /// say.
    /// </summary>
    public static (int Pid, uint Uid)? ListenerOf(int socket) =>
        SysSocket.GetPeerCredentials(socket, out var listener) == 0 ? (listener.pid, listener.uid) : null;

    /// <summary>Sends all of it. False: the other end is gone, or does not read.</summary>
    public static bool Send(int socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint sent;
            fixed (byte* start = bytes)
            {
                // sendmsg and not write: it can be told to send no SIGPIPE, whatever the process does with that signal.
                var part = new IoVector { iov_base = start, iov_len = (nuint)bytes.Length };
                var message = new MessageHeader { msg_iov = &part, msg_iovlen = 1 };
                sent = SysSocket.sendmsg(socket, &message, SysSocket.MSG_NOSIGNAL);
            }
            if (sent >= 0) bytes = bytes[(int)sent..];
            else if (Errno.Last != Errno.EINTR) return false;
        }
        return true;
    }

    static ConnectOutcome Explain(int errno, out string? reason)
    {
        reason = Errno.Describe(errno);
        return errno switch
        {
            Errno.ENOENT or Errno.ECONNREFUSED => ConnectOutcome.NobodyListens,
            Errno.EACCES or Errno.EPERM => ConnectOutcome.NotPermitted,
            Errno.EAGAIN => ConnectOutcome.NotAccepted,
            _ => ConnectOutcome.Failed,
        };
    }
}
