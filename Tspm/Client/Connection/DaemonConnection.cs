using Tspm.Platform.Linux.Events;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// The connection to one daemon, on this machine or through ssh: sends lines, reads lines, and explains why there are
/// none. It can be made again; whether that is right is for <see cref="RetryPolicy"/> to say.
/// </summary>
internal sealed class DaemonConnection : IDisposable
{
    /// <summary>People answer the questions of ssh for passwords and host keys.</summary>
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

    /// <summary>Environment and folder on the other machine; null on this one.</summary>
    public ClientContext? RemoteContext { get; private set; }

    /// <summary>All of what was sent last went out.</summary>
    public bool SentWhole { get; private set; }

    /// <summary>A line is at hand without waiting.</summary>
    public bool HasLine => _lines.HasLine;

    /// <summary>
    /// From now on a wait ends, with <see cref="LocalError.ReaderGone"/>, when nobody can read our standard output any
    /// more.
    /// </summary>
    public void WatchOutput() => _socket.WatchesOutput = true;

    /// <summary>
    /// If it fails, the daemon may have said why before it closed: the next <see cref="Read"/> shows that, or the end.
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
            throw new DaemonException(late.Code, $"{late.Message}: {StuckDaemon.Sentence(_home)}");
        }
        throw Ended(wait.Method);
    }

    /// <summary>A new connection, which waits in the guardian's queue until a daemon accepts it.</summary>
    /// <returns>False: there is no guardian any more, and this connection stays as it is.</returns>
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
    /// Waits until the daemon has closed this connection and its guardian, the last of all, has ended.
    /// </summary>
    /// <returns>False: not in time.</returns>
    public bool WaitForEnd(TimeSpan deadline)
    {
        using var guardian = _socket.OpenListenerPidfd();
        if (!WaitForClose(Methods.Shutdown.Name, deadline)) return false;
        return !guardian.IsOpen || DescriptorWait.UntilReadable(guardian.Number, (int)deadline.TotalMilliseconds);
    }

    /// <summary>Waits until the daemon has closed this connection.</summary>
    /// <returns>False: not in time.</returns>
    public bool WaitForClose(string what, TimeSpan deadline)
    {
        try
        {
            while (_lines.Read(new Wait(what, deadline, null)) is not null)
            {
                // An answer to something that was asked before.
            }
            return true;
        }
        catch (DaemonException late) when (late.Code == LocalError.NoAnswerInTime)
        {
            return false;
        }
    }

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
        var sentence = !IsRemote && DaemonDeathWords.Sentence(_home) is { } deaths
            ? $"the daemon ended before it answered{Wait.Of(method)}: {deaths}"
            : $"the daemon closed the connection before it answered{Wait.Of(method)}; it may have been stopped or have "
                + "crashed: tspm status, and daemon.log in the home folder";
        return new DaemonException(LocalError.Disconnected, sentence);
    }
}
