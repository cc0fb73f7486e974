using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>The result of connecting to a Unix socket.</summary>
internal enum ConnectOutcome
{
    Connected,

    /// <summary>The path is too long, see <see cref="UnixClient.MostPathBytes"/>.</summary>
    PathTooLong,

    /// <summary>There is no socket, or nobody listens on it any more.</summary>
    NobodyListens,

    NotPermitted,

    /// <summary>The backlog was full for the whole given time.</summary>
    NotAccepted,

    /// <summary>Another failure, for the system's reason.</summary>
    Failed,
}

/// <summary>
/// The client's end of a Unix stream socket (man 7 unix), with plain system calls: the runtime's own Socket class
/// starts an epoll thread and probes three address families before it sends the first byte.
/// </summary>
internal static unsafe class UnixClient
{
    /// <summary>
    /// Limits each write, and also how long connect waits while the backlog is full (man 7 socket). The number is the
    /// same on x86-64 and arm64.
    /// </summary>
    const int SO_SNDTIMEO = 21;

    /// <summary>The longest path in bytes, including the terminating zero.</summary>
    public const int MostPathBytes = SockaddrUn.PathBytes;

    /// <summary>Connects. This call and each later write block at most for the given time.</summary>
    /// <param name="path">The path of the socket.</param>
    /// <param name="sendTimeout">The time, in whole seconds.</param>
    /// <param name="socket">The socket, owned by the caller; not open unless it is connected.</param>
    /// <param name="reason">The system's reason if connecting failed.</param>
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
    /// Returns the process that called listen(2) at the other end (man 7 unix, SO_PEERCRED); null if the kernel does
    /// not report it.
    /// </summary>
    public static (int Pid, uint Uid)? ListenerOf(int socket) =>
        SysSocket.GetPeerCredentials(socket, out var listener) == 0 ? (listener.pid, listener.uid) : null;

    /// <summary>Ends both directions at once (man 2 shutdown). A thread that waits for the socket wakes up.</summary>
    public static void ShutDown(int socket) => _ = SysSocket.shutdown(socket, SysSocket.SHUT_RDWR);

    /// <summary>Sends everything; false if the other end is gone or does not read.</summary>
    public static bool Send(int socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint sent;
            fixed (byte* start = bytes)
            {
                // Unlike write, sendmsg can suppress SIGPIPE, whatever the process does with that signal.
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
