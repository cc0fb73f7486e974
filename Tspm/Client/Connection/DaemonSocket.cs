using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// The client's end of the control socket, by system calls: the runtime's own socket starts an epoll thread and probes
/// three address families before the first byte, which takes longer than the daemon's whole answer.
/// </summary>
internal sealed unsafe class DaemonSocket : IDisposable
{
    public const string NotRunningSentence = "no daemon is running; start one with: tspm daemon start";

    /// <summary>
    /// man 7 socket: also the time that connect may wait for a place in the backlog. The same number on x86-64 and
    /// arm64.
    /// </summary>
    const int SO_SNDTIMEO = 21;

    /// <summary>How long a daemon may take to accept, or to take up a request.</summary>
    const int SendTimeoutSeconds = 10;

    readonly Descriptor _descriptor;

    DaemonSocket(Descriptor descriptor) => _descriptor = descriptor;

    public int Number => _descriptor.Number;

    /// <summary>The ssh that carries it; null: it leads to a daemon of this machine.</summary>
    public RemoteLink? Link { get; private init; }

    /// <summary>
    /// To another machine's daemon. Who cannot be reached shows by the end of what can be read, and then
    /// <see cref="RemoteLink.Explain"/> says why.
    /// </summary>
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
        using var descriptor = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!descriptor.IsOpen) throw Explain(Errno.Last, path);
        // struct timeval: seconds and microseconds.
        var timeout = stackalloc long[] { SendTimeoutSeconds, 0 };
        _ = SysSocket.setsockopt(descriptor.Number, SysSocket.SOL_SOCKET, SO_SNDTIMEO, timeout, 2 * sizeof(long));
        while (SysSocket.connect(descriptor.Number, &address, (uint)sizeof(SockaddrUn)) < 0)
        {
            var errno = Errno.Last;
            if (errno != Errno.EINTR) throw Explain(errno, path);
        }
        if (Stranger(descriptor.Number) is not { } stranger) return new DaemonSocket(descriptor.Move());
        throw new DaemonException(LocalError.NotPermitted,
            $"the socket {path} is not yours: uid {stranger} listens there, and would be told your environment; set "
                + "TSPM_HOME to a folder of your own that nobody else can write to");
    }

    /// <summary>
    /// The user on the other side when that is neither this one nor root: the kernel keeps who called listen(2). Root
    /// may speak to everybody's.
    /// </summary>
    static uint? Stranger(int descriptor)
    {
        var self = Unistd.geteuid();
        return self != 0 && SysSocket.GetPeerCredentials(descriptor, out var listener) == 0 && listener.uid != self
            && listener.uid != 0 ? listener.uid : null;
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
                sent = SysSocket.sendmsg(Number, &message, SysSocket.MSG_NOSIGNAL);
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
        if (!WatchesOutput) return DescriptorWait.UntilReadable(Number, milliseconds);
        // No event is asked for: that all readers of a pipe are gone is told unasked (man 2 poll, POLLERR).
        var requests = stackalloc[] { new PollFd { fd = Number, events = SysPoll.POLLIN },
            new PollFd { fd = Unistd.STDOUT_FILENO } };
        _ = SysPoll.poll(requests, 2, milliseconds);
        if ((requests[1].revents & (SysPoll.POLLERR | SysPoll.POLLHUP)) != 0)
            throw new DaemonException(LocalError.ReaderGone, "nobody reads the output any more");
        return requests[0].revents != 0;
    }

    /// <summary>
    /// A descriptor that becomes readable when the listening process has ended: the kernel keeps who called listen(2),
    /// the guardian (man 7 unix, SO_PEERCRED). Not open: it is gone already.
    /// </summary>
    public Descriptor OpenListenerPidfd() =>
        Link is null && SysSocket.GetPeerCredentials(Number, out var listener) == 0
            ? Descriptors.Pidfd(listener.pid)
            : default;

    /// <summary>How many bytes came; 0 at the end, also when the other end was reset.</summary>
    public int Receive(Span<byte> into)
    {
        fixed (byte* start = into)
        {
            nint received;
            do received = Unistd.read(Number, start, (nuint)into.Length);
            while (received < 0 && Errno.Last == Errno.EINTR);
            return (int)Math.Max(0, received);
        }
    }

    public void Dispose() => _descriptor.Dispose();

    static DaemonException TooLong(string path) => new(LocalError.Unreachable,
        $"the socket path '{path}' is {Encoding.UTF8.GetByteCount(path)} bytes long; with its ending zero it must fit "
            + $"into the {SockaddrUn.PathBytes} bytes that this system allows: set TSPM_HOME to a shorter folder");

    static DaemonException Explain(int errno, string path) => errno switch
    {
        Errno.ENOENT or Errno.ECONNREFUSED => new DaemonException(LocalError.NotRunning, NotRunningSentence),
        Errno.EACCES when Platform.FileSystem.ShutOut(Path.GetDirectoryName(path)!) is { } mode =>
            new DaemonException(LocalError.NotPermitted, mode),
        Errno.EACCES or Errno.EPERM =>
            new DaemonException(LocalError.NotPermitted,
                $"you may not use the daemon's socket {path}: permission denied; it belongs to another user"),
        Errno.EAGAIN =>
            new DaemonException(LocalError.NoAnswerInTime,
                $"the daemon at {path} does not accept connections (it may be stopped or overloaded)"),
        _ => new DaemonException(LocalError.Unreachable, $"cannot connect to {path}: {Errno.Describe(errno)}"),
    };
}
