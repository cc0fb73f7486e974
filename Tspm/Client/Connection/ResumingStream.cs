
namespace Tspm.Client.Connection;

/// <summary>
/// A stream that survives the death of its daemon. When the connection breaks, it connects again, with pauses that grow
/// and differ between clients, and continues where it stopped. <see cref="RetryPolicy"/> decides when.
/// </summary>
internal sealed class ResumingStream
{
    readonly ClientSession _session;
    readonly Func<DaemonException, bool> _mayResume;
    bool _hasConnected;
    bool _hasReported;
    int _breaks;

    /// <summary>When the daemon was lost, in milliseconds; null while it is connected.</summary>
    long? _lostAt;

    ResumingStream(ClientSession session, Func<DaemonException, bool> mayResume) =>
        (_session, _mayResume) = (session, mayResume);

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="session">Connects to the daemon.</param>
    /// <param name="stream">Sends the request, and reads the answer to its end.</param>
    /// <param name="mayResume">See <see cref="RetryPolicy.MayResume"/>.</param>
    public static void Run(ClientSession session, Action<DaemonClient> stream, Func<DaemonException, bool> mayResume) =>
        RunAndKeep(session, stream, mayResume)?.Dispose();

    /// <summary>Reads a stream to its end, and returns the connection for further requests.</summary>
    /// <returns>Null if the daemon was stopped on purpose, and the stream ended with it.</returns>
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
            if (lost.Code == LocalError.NoAnswerInTime) ReportOnce(lost.Message);
            _session.Pause(RetryPolicy.PauseBeforeResuming(_breaks++, Random.Shared.NextDouble()));
        }
        return daemon;
    }

    /// <returns>Null if the stream has ended, otherwise the reason why it broke.</returns>
    DaemonException? Attempt(Action<DaemonClient> stream, out DaemonClient? daemon)
    {
        daemon = null;
        try
        {
            daemon = _session.ConnectToRead();
            _hasConnected = true;
            // Counts as found only when it sends something: a daemon that hangs accepts connections too.
            daemon.OnHeard = Reset;
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

    void Reset()
    {
        _lostAt = null;
        _breaks = 0;
        _hasReported = false;
    }

    void ReportOnce(string problem)
    {
        if (_hasReported) return;
        _hasReported = true;
        _session.Err.WriteLine($"{problem}; waiting for the daemon");
        _session.Err.Flush();
    }
}
