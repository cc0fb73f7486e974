using System.Text;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>
/// The client's end of the control socket, by system calls: the runtime's own socket starts an epoll thread and probes three address families
/// before the first byte, which takes longer than the daemon's whole answer.
/// </summary>
internal sealed unsafe class DaemonSocket : IDisposable
{
    public const string NotRunningSentence = "no daemon is running; start one with: tspm daemon start";

    /// <summary>man 7 socket: also the time that connect may wait for a place in the backlog. The same number on x86-64 and arm64.</summary>
    const int SO_SNDTIMEO = 21;

    /// <summary>How long a daemon may take to accept, or to take up a request.</summary>
    const int SendTimeoutSeconds = 10;

    int _descriptor;

    DaemonSocket(int descriptor) => _descriptor = descriptor;

    public int Descriptor => _descriptor;

    /// <summary>The ssh that carries it; null: it leads to a daemon of this machine.</summary>
    public RemoteLink? Link { get; private init; }

    /// <summary>To another machine's daemon. Who cannot be reached shows by the end of what can be read, and then <see cref="RemoteLink.Explain"/> says why.</summary>
    public static DaemonSocket Open(RemoteHost host, bool mayStart)
    {
        var link = RemoteLink.Dial(host, mayStart, out var descriptor);
        return new DaemonSocket(descriptor) { Link = link };
    }

    /// <exception cref="DaemonException">NotRunning, NotPermitted or Unreachable.</exception>
    public static DaemonSocket Open(TspmHome home)
    {
        var path = home.SocketPath;
        if (!SockaddrUn.TryCreate(path, out var address)) throw TooLong(path);
        var descriptor = SysSocket.socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM | SysSocket.SOCK_CLOEXEC, 0);
        if (descriptor < 0) throw Explain(Errno.Last, path);
        var socket = new DaemonSocket(descriptor);
        // struct timeval: seconds and microseconds.
        var timeout = stackalloc long[] { SendTimeoutSeconds, 0 };
        _ = SysSocket.setsockopt(descriptor, SysSocket.SOL_SOCKET, SO_SNDTIMEO, timeout, 2 * sizeof(long));
        while (SysSocket.connect(descriptor, &address, (uint)sizeof(SockaddrUn)) < 0)
        {
            var errno = Errno.Last;
            if (errno == Errno.EINTR) continue;
            socket.Dispose();
            throw Explain(errno, path);
        }
        if (Stranger(descriptor) is not { } stranger) return socket;
        socket.Dispose();
        throw new DaemonException(LocalError.NotPermitted,
            $"the socket {path} is not yours: uid {stranger} listens there, and would be told your environment; set TSPM_HOME to a folder of your own that nobody else can write to");
    }

    /// <summary>The user on the other side when that is neither this one nor root: the kernel keeps who called listen(2). Root may speak to everybody's.</summary>
    static uint? Stranger(int descriptor)
    {
        var self = Unistd.geteuid();
        return self != 0 && SysSocket.GetPeerCredentials(descriptor, out var listener) == 0 && listener.uid != self && listener.uid != 0 ? listener.uid : null;
    }

    /// <summary>False: the other end is gone, or does not read.</summary>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint sent;
            fixed (byte* start = bytes)
            {
                // sendmsg and not write: it can be told to send no SIGPIPE, whatever the process does with that signal.
                var part = new IoVector { iov_base = start, iov_len = (nuint)bytes.Length };
                var message = new MessageHeader { msg_iov = &part, msg_iovlen = 1 };
                sent = SysSocket.sendmsg(_descriptor, &message, SysSocket.MSG_NOSIGNAL);
            }
            if (sent >= 0) bytes = bytes[(int)sent..];
            else if (Errno.Last != Errno.EINTR) return false;
        }
        return true;
    }

    /// <summary>See <see cref="DaemonClient.WatchOutput"/>.</summary>
    public bool WatchesOutput { get; set; }

    /// <summary>True when there is something to read (the end of the stream, too).</summary>
    /// <exception cref="DaemonException">ReaderGone, when that is watched.</exception>
    public bool WaitReadable(int milliseconds)
    {
        if (!WatchesOutput) return DescriptorWait.UntilReadable(_descriptor, milliseconds);
        // No event is asked for: that all readers of a pipe are gone is told unasked (man 2 poll, POLLERR).
        var requests = stackalloc[] { new PollFd { fd = _descriptor, events = SysPoll.POLLIN }, new PollFd { fd = Unistd.STDOUT_FILENO } };
        _ = SysPoll.poll(requests, 2, milliseconds);
        if ((requests[1].revents & (SysPoll.POLLERR | SysPoll.POLLHUP)) != 0) throw new DaemonException(LocalError.ReaderGone, "nobody reads the output any more");
        return requests[0].revents != 0;
    }

    /// <summary>
    /// A descriptor that becomes readable when the listening process has ended: the kernel keeps who called listen(2), the guardian (man 7 unix, SO_PEERCRED). -1: it is gone already.
    /// </summary>
    public int OpenListenerPidfd() => Link is not null ? -1 : SysSocket.GetPeerCredentials(_descriptor, out var listener) == 0 ? SysSyscall.pidfd_open(listener.pid) : -1;

    /// <summary>How many bytes came; 0 at the end, also when the other end was reset.</summary>
    public int Receive(Span<byte> into)
    {
        fixed (byte* start = into)
        {
            nint received;
            do received = Unistd.read(_descriptor, start, (nuint)into.Length);
            while (received < 0 && Errno.Last == Errno.EINTR);
            return (int)Math.Max(0, received);
        }
    }

    public void Dispose()
    {
        if (_descriptor >= 0) _ = Unistd.close(_descriptor);
        _descriptor = -1;
    }

    static DaemonException TooLong(string path) => new(LocalError.Unreachable,
        $"the socket path '{path}' is {Encoding.UTF8.GetByteCount(path)} bytes long; with its ending zero it must fit into the {SockaddrUn.PathBytes} bytes that this system allows: set TSPM_HOME to a shorter folder");

    static DaemonException Explain(int errno, string path) => errno switch
    {
        Errno.ENOENT or Errno.ECONNREFUSED => new DaemonException(LocalError.NotRunning, NotRunningSentence),
        Errno.EACCES when Platform.Files.ShutOut(Path.GetDirectoryName(path)!) is { } mode =>
            new DaemonException(LocalError.NotPermitted, mode),
        Errno.EACCES or Errno.EPERM => new DaemonException(LocalError.NotPermitted, $"you may not use the daemon's socket {path}: permission denied; it belongs to another user"),
        Errno.EAGAIN => new DaemonException(LocalError.NoAnswerInTime, $"the daemon at {path} does not accept connections (it may be stopped or overloaded)"),
        _ => new DaemonException(LocalError.Unreachable, $"cannot connect to {path}: {Errno.Describe(errno)}"),
    };
}
