using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>A stream that outlives its daemon: when the connection breaks it is made again, with pauses that grow and are never the same, and goes on where it was.</summary>
internal static class Returning
{
    /// <summary>A daemon that was killed is back within a second; after this long it was stopped.</summary>
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    const int FirstPauseMs = 50, LongestPauseMs = 1000;

    /// <param name="session">The way to the daemon.</param>
    /// <param name="stream">Asks, and reads to the end.</param>
    /// <param name="mayComeBack">May it be asked again after this? Only for what a daemon's death brings.</param>
    public static void Run(ClientSession session, Action<DaemonClient> stream, Func<DaemonException, bool> mayComeBack)
    {
        var (lostAt, pause, connected) = (0L, FirstPauseMs, false);
        while (true)
        {
            try
            {
                using var daemon = session.ConnectToRead();
                (lostAt, pause, connected) = (0, FirstPauseMs, true);
                stream(daemon);
                return;
            }
            catch (DaemonException lost) when (connected && lost.Code is LocalError.Disconnected or LocalError.NotRunning or ErrorCode.ShuttingDown && mayComeBack(lost))
            {
                if (session.EndsWithDaemon && !File.Exists(session.Home.SocketPath)) return;
                if (lostAt == 0) lostAt = Environment.TickCount64;
                if (Environment.TickCount64 - lostAt > GiveUpAfter.TotalMilliseconds) throw;
                session.Pause(TimeSpan.FromMilliseconds(pause / 2 + Random.Shared.Next(pause / 2 + 1)));
                pause = Math.Min(pause * 2, LongestPauseMs);
            }
        }
    }
}
