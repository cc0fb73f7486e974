using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// The client's end of the control socket. It does not use the runtime's Socket class, whose initialization takes
/// longer than the daemon's whole answer.
/// </summary>
internal sealed class DaemonSocket : IDisposable
{
    public const string NotRunningSentence = "no daemon is running; start one with: tspm daemon start";

    const int StandardOutput = 1;

    /// <summary>How long a daemon may take to accept a connection, or to read a request.</summary>
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    readonly Descriptor _descriptor;

    DaemonSocket(Descriptor descriptor) => _descriptor = descriptor;

    public int Number => _descriptor.Number;

    /// <summary>The ssh process that carries the connection; null if the daemon is on this machine.</summary>
    public RemoteLink? Link { get; private init; }

    /// <summary>
    /// Connects to the daemon of another machine. If it cannot be reached, the first read returns the end of the
    /// stream, and <see cref="RemoteLink.Explain"/> gives the reason.
    /// </summary>
    public static DaemonSocket Open(RemoteHost host, bool mayStart)
    {
        var link = RemoteLink.Dial(host, mayStart, out var descriptor);
        return new DaemonSocket(descriptor) { Link = link };
    }

    /// <summary>Connects to the daemon of this machine.</summary>
    /// <exception cref="DaemonException">NotRunning, NotPermitted, NoAnswerInTime or Unreachable.</exception>
    public static DaemonSocket Open(TspmHome home)
    {
        if (home.IsSystem && CurrentSystem.UserId != 0)
            throw new DaemonException(LocalError.NotPermitted, SystemDaemon.OnlyRoot(HintedCommands.AsRoot));
        var path = home.SocketPath;
        var outcome = UnixClient.Connect(path, SendTimeout, out var made, out var reason);
        if (outcome != ConnectOutcome.Connected) throw Explain(outcome, home, reason);
        using var descriptor = made;
        if (OtherUser(descriptor.Number) is not { } other) return new DaemonSocket(descriptor.Move());
        throw new DaemonException(LocalError.NotPermitted,
            $"the socket {path} is not yours: uid {other} is listening there, and would receive your environment; set "
                + "TSPM_HOME to a folder that only you can write to");
    }

    /// <summary>
    /// Finds the user on the other side: the kernel records who called listen(2). Root may use everybody's daemon.
    /// </summary>
    /// <returns>Null if that is the current user or root, or the current user is root.</returns>
    static uint? OtherUser(int descriptor)
    {
        var self = CurrentSystem.UserId;
        if (self == 0 || UnixClient.ListenerOf(descriptor) is not { } listener) return null;
        return listener.Uid == self || listener.Uid == 0 ? null : listener.Uid;
    }

    /// <returns>False if the other end is gone, or does not read.</returns>
    public bool Send(ReadOnlySpan<byte> bytes) => UnixClient.Send(Number, bytes);

    /// <summary>See <see cref="DaemonClient.WatchOutput"/>.</summary>
    public bool WatchesOutput { get; set; }

    /// <returns>True if there is something to read, or the stream has ended; false after the timeout.</returns>
    /// <exception cref="DaemonException">ReaderGone, if <see cref="WatchesOutput"/> is set.</exception>
    public bool WaitReadable(int milliseconds)
    {
        if (!WatchesOutput) return DescriptorWait.UntilReadable(Number, milliseconds);
        var isReadable = DescriptorWait.UntilReadable(Number, milliseconds, StandardOutput, out var isUnread);
        return isUnread
            ? throw new DaemonException(LocalError.ReaderGone, "the reader of the output is gone")
            : isReadable;
    }

    /// <summary>
    /// Opens a descriptor that becomes readable when the listening process, the guardian, has ended. It is not open if
    /// the guardian is already gone.
    /// </summary>
    public Descriptor OpenListenerPidfd() =>
        Link is null && UnixClient.ListenerOf(Number) is { } listener ? Descriptors.Pidfd(listener.Pid) : default;

    /// <returns>The number of bytes received; 0 at the end of the stream, or if the connection was reset.</returns>
    public int Receive(Span<byte> into) => DescriptorStream.Read(Number, into);

    /// <summary>Ends a wait of another thread, which then reads the end of the stream.</summary>
    public void Interrupt() => UnixClient.ShutDown(Number);

    public void Dispose()
    {
        _descriptor.Dispose();
        Link?.Dispose();
    }

    static DaemonException TooLong(string path) => new(LocalError.Unreachable,
        $"the socket path '{path}' is {Encoding.UTF8.GetByteCount(path)} bytes long; including the terminating zero, "
            + $"this system allows {UnixClient.MostPathBytes}: set TSPM_HOME to a folder with a shorter path");

    static DaemonException Explain(ConnectOutcome outcome, TspmHome home, string? reason)
    {
        var path = home.SocketPath;
        return outcome switch
        {
            ConnectOutcome.PathTooLong => TooLong(path),
            ConnectOutcome.NobodyListens => new DaemonException(LocalError.NotRunning, NotRunningSentence),
            ConnectOutcome.NotPermitted => new DaemonException(LocalError.NotPermitted, Denied(path)),
            ConnectOutcome.NotAccepted =>
                new DaemonException(LocalError.NoAnswerInTime,
                    $"the daemon at {path} does not accept connections; it may be suspended or overloaded"),
            _ when HomeFolders.FileInTheWay(home.Path) is { } file => new DaemonException(ErrorCode.Failed, file),
            _ => new DaemonException(LocalError.Unreachable, $"cannot connect to {path}: {reason}"),
        };
    }

    /// <summary>Why this user may not connect, and what to do about it.</summary>
    static string Denied(string path)
    {
        if (FileSystem.ShutOut(Path.GetDirectoryName(path)!) is { } mode) return mode;
        if (ClosedFolder.OnTheWayTo(path) is not { } closed)
            return $"permission denied: the daemon's socket {path} belongs to {OwnerOf(path)}; "
                + Instead(OwnerOf(path));
        return closed.IsOwn
            ? $"permission denied: you may not enter your own folder {closed.Path}; run chmod u+x {closed.Path}"
            : $"permission denied: you may not enter the folder {closed.Path}, which belongs to {closed.Owner}; "
                + Instead(closed.Owner);
    }

    static string Instead(string owner) =>
        $"run the command as {owner}, or set TSPM_HOME to a folder you own to manage processes of your own";

    static string OwnerOf(string path)
    {
        try
        {
            return FileSystem.NameOf(FileSystem.OwnerOf(path));
        }
        catch (IOException)
        {
            // It was removed in this moment.
            return "another user";
        }
    }
}
