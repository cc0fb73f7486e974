using System.Net.Sockets;
using System.Text;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>Opens the control socket, and says why when it cannot: not running, not permitted, or a path that no socket can have.</summary>
internal static class DaemonConnection
{
    public const string NotRunningSentence = "no daemon is running; start one with: tspm daemon start";

    /// <summary>Length of sun_path with its ending zero: 108 on Linux (man 7 unix), 104 on macOS (sys/un.h).</summary>
    static int PathLimit => OperatingSystem.IsMacOS() ? 104 : 108;

    /// <summary>How long a daemon with a full backlog may take to accept.</summary>
    const int ConnectTimeoutMs = 10_000;

    /// <exception cref="DaemonException">NotRunning, NotPermitted or Unreachable.</exception>
    public static Socket Open(TspmHome home)
    {
        var path = home.SocketPath;
        CheckLength(path);
        // The send timeout is the only one that connect obeys (man 7 socket, SO_SNDTIMEO).
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = ConnectTimeoutMs };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw Explain(failure, path);
        }
    }

    public static void CheckLength(string path)
    {
        var bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes < PathLimit) return;
        throw new DaemonException(LocalError.Unreachable,
            $"the socket path '{path}' is {bytes} bytes long; with its ending zero it must fit into the {PathLimit} bytes that this system allows: set TSPM_HOME to a shorter folder");
    }

    static DaemonException Explain(SocketException failure, string path) => failure.SocketErrorCode switch
    {
        // ENOENT comes as AddressNotAvailable.
        SocketError.AddressNotAvailable or SocketError.ConnectionRefused => new DaemonException(LocalError.NotRunning, NotRunningSentence),
        SocketError.AccessDenied => new DaemonException(LocalError.NotPermitted, $"you may not use the daemon's socket {path}: permission denied; it belongs to another user"),
        SocketError.WouldBlock or SocketError.TimedOut => new DaemonException(LocalError.NoAnswerInTime, $"the daemon at {path} does not accept connections (it may be stopped or overloaded)"),
        _ => new DaemonException(LocalError.Unreachable, $"cannot connect to {path}: {failure.SocketErrorCode}"),
    };
}
