using Tspm.Platform.Linux.Events;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// The connection to one daemon, on this machine or through ssh. Sends lines, reads lines, and explains why none
/// arrive. It can reconnect; <see cref="RetryPolicy"/> decides whether that is safe.
/// </summary>
internal sealed class DaemonConnection : IDisposable
{
    /// <summary>Long enough to answer ssh's questions for a password and a host key.</summary>
    static readonly TimeSpan LogInDeadline = TimeSpan.FromMinutes(2);

    readonly TspmHome _home;
    readonly RemoteHost? _remote;
    readonly bool _mayStart;
    DaemonSocket _socket;
    LineReader _lines;

    /// <exception cref="DaemonException">See <see cref="DaemonSocket.Open(TspmHome)"/>.</exception>
    public DaemonConnection(TspmHome home, RemoteHost? remote, bool mayStart)
    {
        (_home, _remote, _mayStart) = (home, remote, mayStart);
        (_socket, _lines) = Open();
    }

    public bool IsRemote => _remote is not null;

    /// <summary>Environment and working directory on the other machine; null for this machine.</summary>
    public ClientContext? RemoteContext { get; private set; }

    /// <summary>Whether the last request was sent completely.</summary>
    public bool SentWhole { get; private set; }

    /// <summary>Whether a line can be read without waiting.</summary>
    public bool HasLine => _lines.HasLine;

    /// <summary>
    /// From now on, a wait ends with <see cref="LocalError.ReaderGone"/> when the reader of our standard output is
    /// gone.
    /// </summary>
    public void WatchOutput() => _socket.WatchesOutput = true;

    /// <summary>
    /// Sends a line. Reports no failure: the daemon may have sent a reason before it closed the connection, and the
    /// next <see cref="Read"/> returns that reason or the end.
    /// </summary>
    public void Send(ReadOnlySpan<byte> line) => SentWhole = _socket.Send(line);

    /// <exception cref="DaemonException">No line came in time, or the connection ended.</exception>
    public AnswerEnvelope Read(Wait wait)
    {
        try
        {
            if (_lines.Read(wait) is { } line) return AnswerEnvelope.Parse(line);
        }
        catch (DaemonException late) when (late.Code == LocalError.NoAnswerInTime)
        {
            if (IsRemote) throw;
            throw new DaemonException(late.Code, $"{late.Message}: {DaemonLiveness.Sentence(_home)}");
        }
        throw Ended(wait.Method);
    }

    /// <summary>Connects again. The new connection waits in the guardian's queue until a daemon accepts it.</summary>
    /// <returns>False if there is no guardian any more; this connection then stays as it is.</returns>
    public bool TryReopen()
    {
        try
        {
            var watches = _socket.WatchesOutput;
            var another = Open();
            _socket.Dispose();
            (_socket, _lines) = another;
            _socket.WatchesOutput = watches;
            return true;
        }
        catch (DaemonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Waits until the daemon has closed this connection and its guardian, which ends last, has ended.
    /// </summary>
    /// <returns>False if that did not happen before the deadline.</returns>
    public bool WaitForEnd(TimeSpan deadline)
    {
        using var guardian = _socket.OpenListenerPidfd();
        if (!WaitForClose(Methods.Shutdown.Name, deadline)) return false;
        return !guardian.IsOpen || DescriptorWait.UntilReadable(guardian.Number, (int)deadline.TotalMilliseconds);
    }

    /// <summary>Waits until the daemon has closed this connection.</summary>
    /// <returns>False if that did not happen before the deadline.</returns>
    public bool WaitForClose(string what, TimeSpan deadline)
    {
        try
        {
            while (_lines.Read(new Wait(what, deadline, null)) is not null)
            {
                // Ignores answers to earlier requests.
            }
            return true;
        }
        catch (DaemonException late) when (late.Code == LocalError.NoAnswerInTime)
        {
            return false;
        }
    }

    /// <summary>See <see cref="DaemonSocket.Interrupt"/>.</summary>
    public void Interrupt() => _socket.Interrupt();

    public void Dispose() => _socket.Dispose();

    (DaemonSocket Socket, LineReader Lines) Open()
    {
        if (_remote is null)
        {
            var local = DaemonSocket.Open(_home);
            return (local, new LineReader(local));
        }
        var socket = DaemonSocket.Open(_remote, _mayStart);
        var lines = new LineReader(socket);
        var greeting = lines.Read(new Wait("ssh", LogInDeadline, null)) ?? throw socket.Link!.Explain();
        RemoteContext = AnswerEnvelope.Parse(greeting).ReadParams(Wire.Json.ClientContext);
        return (socket, lines);
    }

    DaemonException Ended(string method)
    {
        if (_socket.Link is { } link) return link.Explain();
        var sentence = !IsRemote && DaemonDeathText.Recent(_home) is { } deaths
            ? $"the daemon ended before it answered{Wait.Quoted(method)}: {deaths}"
            : $"the daemon closed the connection before it answered{Wait.Quoted(method)}; it may have been stopped or "
                + "have crashed. See: tspm status, and daemon.log in the home folder";
        return new DaemonException(LocalError.Disconnected, sentence);
    }
}
