using System.Text;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// The client's end of the control socket. Not the runtime's own socket: what that does before the first byte takes
/// longer than the daemon's whole answer.
/// </summary>
internal sealed class DaemonSocket : IDisposable
{
    public const string NotRunningSentence = "no daemon is running; start one with: tspm daemon start";

    const int StandardOutput = 1;

    /// <summary>How long a daemon may take to accept, or to take up a request.</summary>
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

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
        var outcome = UnixClient.Connect(path, SendTimeout, out var made, out var reason);
        if (outcome != ConnectOutcome.Connected) throw Explain(outcome, path, reason);
        using var descriptor = made;
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
        var self = CurrentSystem.UserId;
        return self != 0 && UnixClient.ListenerOf(descriptor) is { } listener && listener.Uid != self
            && listener.Uid != 0 ? listener.Uid : null;
    }

    /// <summary>False: the other end is gone, or does not read.</summary>
    public bool Send(ReadOnlySpan<byte> bytes) => UnixClient.Send(Number, bytes);

    /// <summary>See <see cref="DaemonClient.WatchOutput"/>.</summary>
    public bool WatchesOutput { get; set; }

    /// <summary>True when there is something to read (the end of the stream, too).</summary>
    /// <exception cref="DaemonException">ReaderGone, when that is watched.</exception>
    public bool WaitReadable(int milliseconds)
    {
        if (!WatchesOutput) return DescriptorWait.UntilReadable(Number, milliseconds);
        var isReadable = DescriptorWait.UntilReadable(Number, milliseconds, StandardOutput, out var isUnread);
        return isUnread
            ? throw new DaemonException(LocalError.ReaderGone, "nobody reads the output any more")
            : isReadable;
    }

    /// <summary>
    /// A descriptor that becomes readable when the listening process, the guardian, has ended. Not open: it is gone
    /// already.
    /// </summary>
    public Descriptor OpenListenerPidfd() =>
        Link is null && UnixClient.ListenerOf(Number) is { } listener ? Descriptors.Pidfd(listener.Pid) : default;

    /// <summary>How many bytes came; 0 at the end, also when the other end was reset.</summary>
    public int Receive(Span<byte> into) => DescriptorStream.Read(Number, into);

    public void Dispose() => _descriptor.Dispose();

    static DaemonException TooLong(string path) => new(LocalError.Unreachable,
        $"the socket path '{path}' is {Encoding.UTF8.GetByteCount(path)} bytes long; with its ending zero it must fit "
            + $"into the {UnixClient.MostPathBytes} bytes that this system allows: set TSPM_HOME to a shorter folder");

    static DaemonException Explain(ConnectOutcome outcome, string path, string? reason) => outcome switch
    {
        ConnectOutcome.PathTooLong => TooLong(path),
        ConnectOutcome.NobodyListens => new DaemonException(LocalError.NotRunning, NotRunningSentence),
        ConnectOutcome.NotPermitted when Platform.FileSystem.ShutOut(Path.GetDirectoryName(path)!) is { } mode =>
            new DaemonException(LocalError.NotPermitted, mode),
        ConnectOutcome.NotPermitted =>
            new DaemonException(LocalError.NotPermitted,
                $"you may not use the daemon's socket {path}: permission denied; it belongs to another user"),
        ConnectOutcome.NotAccepted =>
            new DaemonException(LocalError.NoAnswerInTime,
                $"the daemon at {path} does not accept connections (it may be stopped or overloaded)"),
        _ => new DaemonException(LocalError.Unreachable, $"cannot connect to {path}: {reason}"),
    };
}
