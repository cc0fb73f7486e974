using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>A stream that outlives its daemon: when the connection breaks it is made again, with pauses that grow and are never the same, and goes on where it was.</summary>
internal static class Returning
{
    /// <summary>A daemon that was killed is back within a second; after this long it was stopped. One that is alive and does not answer is waited for: it may be continued.</summary>
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    /// <summary>The pauses; each but the first is drawn between a half and the whole of what the one before was at most, doubled, so that many clients do not come back at once.</summary>
    const int FirstPauseMs = 100, LongestPauseMs = 5000;

    /// <param name="session">The way to the daemon.</param>
    /// <param name="stream">Asks, and reads to the end.</param>
    /// <param name="mayComeBack">May it be asked again after this? Only for what a daemon's death brings.</param>
    public static void Run(ClientSession session, Action<DaemonClient> stream, Func<DaemonException, bool> mayComeBack)
    {
        var (lostAt, pause, connected, told) = (0L, FirstPauseMs, false, false);
        while (true)
        {
            try
            {
                using var daemon = session.ConnectToRead();
                connected = true;
                // Not before it speaks: a daemon that hangs can be connected to.
                daemon.OnHeard = () => (lostAt, pause, told) = (0, FirstPauseMs, false);
                stream(daemon);
                return;
            }
            catch (DaemonException lost) when (connected && lost.Code is LocalError.Disconnected or LocalError.NotRunning or LocalError.NoAnswerInTime or ErrorCode.ShuttingDown && mayComeBack(lost))
            {
                if (session.EndsWithDaemon && !File.Exists(session.Home.SocketPath)) return;
                if (lostAt == 0) lostAt = Environment.TickCount64;
                if (lost.Code != LocalError.NoAnswerInTime && Environment.TickCount64 - lostAt > GiveUpAfter.TotalMilliseconds) throw;
                if (lost.Code == LocalError.NoAnswerInTime && !told) Tell(session, lost.Message);
                told |= lost.Code == LocalError.NoAnswerInTime;
                session.Pause(TimeSpan.FromMilliseconds(Math.Max(FirstPauseMs, pause / 2 + Random.Shared.Next(pause / 2 + 1))));
                pause = Math.Min(pause * 2, LongestPauseMs);
            }
        }
    }

    static void Tell(ClientSession session, string why)
    {
        session.Err.WriteLine($"{why}; waiting for it");
        session.Err.Flush();
    }
}
