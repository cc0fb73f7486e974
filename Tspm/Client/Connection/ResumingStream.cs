
namespace Tspm.Client.Connection;

/// <summary>
/// A stream that outlives its daemon: when the connection breaks, it is made again, with pauses that grow and differ
/// between clients, and the stream continues where it was. <see cref="RetryPolicy"/> decides when.
/// </summary>
internal sealed class ResumingStream
{
    readonly ClientSession _session;
    readonly Func<DaemonException, bool> _mayResume;
    bool _hasConnected;
    bool _hasTold;
    int _breaks;

    /// <summary>When the daemon was lost, in milliseconds; null: it is there.</summary>
    long? _lostAt;

    ResumingStream(ClientSession session, Func<DaemonException, bool> mayResume) =>
        (_session, _mayResume) = (session, mayResume);

    /// <param name="session">The way to the daemon.</param>
    /// <param name="stream">Asks, and reads to the end.</param>
    /// <param name="mayResume">See <see cref="RetryPolicy.MayResume"/>.</param>
    public static void Run(ClientSession session, Action<DaemonClient> stream, Func<DaemonException, bool> mayResume) =>
        RunAndKeep(session, stream, mayResume)?.Dispose();

    /// <summary>The same, for more requests over the connection on which the stream ended.</summary>
    /// <returns>Null: the daemon ended on purpose, and the stream with it.</returns>
    public static DaemonClient? RunAndKeep(
        ClientSession session, Action<DaemonClient> stream, Func<DaemonException, bool> mayResume) =>
        new ResumingStream(session, mayResume).Run(stream);

    DaemonClient? Run(Action<DaemonClient> stream)
    {
        DaemonClient? daemon;
        while (Attempt(stream, out daemon) is { } lost)
        {
            if (!_hasConnected || !_mayResume(lost)) throw lost;
            if (_session.EndsWithDaemon && !File.Exists(_session.Home.SocketPath)) return null;
            _lostAt ??= Environment.TickCount64;
            var lostFor = TimeSpan.FromMilliseconds(Environment.TickCount64 - _lostAt.Value);
            if (RetryPolicy.GivesUp(lost.Code, lostFor)) throw lost;
            if (lost.Code == LocalError.NoAnswerInTime) TellOnce(lost.Message);
            _session.Pause(RetryPolicy.PauseBeforeResuming(_breaks++, Random.Shared.NextDouble()));
        }
        return daemon;
    }

    /// <returns>Null: the stream has ended. Otherwise the reason why it broke.</returns>
    DaemonException? Attempt(Action<DaemonClient> stream, out DaemonClient? daemon)
    {
        daemon = null;
        try
        {
            daemon = _session.ConnectToRead();
            _hasConnected = true;
            // Not before it speaks: a daemon that hangs can be connected to.
            daemon.OnHeard = Heard;
            stream(daemon);
            return null;
        }
        catch (DaemonException lost)
        {
            daemon?.Dispose();
            return lost;
        }
        catch
        {
            daemon?.Dispose();
            throw;
        }
    }

    void Heard() => (_lostAt, _breaks, _hasTold) = (null, 0, false);

    void TellOnce(string why)
    {
        if (_hasTold) return;
        _hasTold = true;
        _session.Err.WriteLine($"{why}; waiting for it");
        _session.Err.Flush();
    }
}
