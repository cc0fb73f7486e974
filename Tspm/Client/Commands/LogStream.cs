using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// One view of logs over the control socket. A stream that follows outlives its daemon: when the connection breaks, it is made again and goes on
/// behind the last byte seen of each stream, so that no line is missing and none comes twice.
/// </summary>
internal sealed class LogStream(ClientSession session, LogsRequest request, LogPrinter printer)
{
    /// <summary>A daemon that was killed is back within a second; after this long it was stopped.</summary>
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    const int FirstPauseMs = 50, LongestPauseMs = 1000;

    readonly Dictionary<string, long> _after = [];

    public void Run()
    {
        var lostAt = 0L;
        var pause = FirstPauseMs;
        while (true)
        {
            try
            {
                using var daemon = session.ConnectToRead();
                (lostAt, pause) = (0, FirstPauseMs);
                if (!_isAsked) printer.Several = FitsSeveral(daemon);
                _isAsked = true;
                Follow(daemon);
                return;
            }
            catch (DaemonException lost) when (MayComeBack(lost))
            {
                if (lostAt == 0) lostAt = Environment.TickCount64;
                if (Environment.TickCount64 - lostAt > GiveUpAfter.TotalMilliseconds) throw;
                session.Pause(TimeSpan.FromMilliseconds(pause / 2 + Random.Shared.Next(pause / 2 + 1)));
                pause = Math.Min(pause * 2, LongestPauseMs);
            }
        }
    }

    /// <summary>Prints a line. False: nobody reads any more.</summary>
    public bool Print(LogLine line)
    {
        printer.Print(line);
        _after[LogLines.Key(line.Id, line.Instance, line.Stream)] = line.Seq;
        return !session.Out.IsBroken;
    }

    /// <summary>A stream that follows always, another one as long as nothing of it was printed.</summary>
    bool MayComeBack(DaemonException lost) =>
        (request.Follow || (_after.Count == 0 && lost.Code != LocalError.NotRunning)) && _connected && lost.Code is LocalError.Disconnected or LocalError.NotRunning or ErrorCode.ShuttingDown;

    bool _connected, _isAsked;

    /// <summary>Names are put in front of lines when several can speak.</summary>
    bool FitsSeveral(DaemonClient daemon)
    {
        if (request.Selectors is not { Count: > 0 } selectors) return true;
        return daemon.Call(Methods.List, new ListRequest { Selectors = selectors }, Wire.Json.ListRequest, Wire.Json.ListResponse).Processes.Count > 1;
    }

    void Follow(DaemonClient daemon)
    {
        _connected = true;
        var resumed = _after.Count == 0 ? request : request with { After = _after };
        // Whoever read our output may go away while there is nothing to print.
        if (request.Follow && !session.Out.IsTerminal) daemon.WatchOutput();
        daemon.Stream(
            (Methods.Logs, resumed, Wire.Json.LogsRequest), Wire.Json.LogsResponse, Take, request.Follow ? null : DaemonClient.ReadDeadline, session.Out.Flush);
    }

    bool Take(AnswerEnvelope notification)
    {
        if (notification.Method == Methods.LogLine) return Print(notification.ReadParams(Wire.Json.LogLine));
        if (notification.Method == Methods.Heartbeat && notification.ReadParams(Wire.Json.HeartbeatNotice).Seq is { } positions)
            foreach (var (stream, seq) in positions) _after.TryAdd(stream, seq);
        return true;
    }
}
