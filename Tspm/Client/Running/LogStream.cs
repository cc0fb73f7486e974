using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// One view of logs over the control socket. A stream that follows outlives its daemon: when the connection breaks, it
/// is made again and goes on behind the last byte seen of each stream, so that no line is missing and none comes twice.
/// </summary>
internal sealed class LogStream(ClientSession session, LogsRequest request, LogPrinter printer)
{
    readonly Dictionary<string, long> _after = [];

    public void Run() => ResumingStream.Run(
        session,
        daemon =>
        {
            if (!_isAsked) printer.Several = FitsSeveral(daemon);
            _isAsked = true;
            Follow(daemon);
        },
        // One that does not follow also continues: somebody may have paged through it for longer than the daemon waits.
        lost => RetryPolicy.MayResume(lost.Code, request.Follow, hasHeard: _after.Count > 0, hasPositions: true));

    /// <summary>
    /// Asked whenever something has happened to the processes, and now and then: when it is true, nothing more will
    /// come, and the stream ends. What it may not have shown by then is its <see cref="Rest"/>.
    /// </summary>
    public Func<bool>? IsOver { get; init; }

    /// <summary>What happened is not printed.</summary>
    public bool HidesEvents { get; init; }

    /// <summary>What is behind the last byte seen of each stream, to its end.</summary>
    public LogsRequest Rest => Resumed with { Follow = false };

    LogsRequest Resumed => _after.Count == 0 ? request : request with { After = _after };

    /// <summary>Prints a line. False: nobody reads any more.</summary>
    public bool Print(LogLine line)
    {
        if (!HidesEvents || line.Stream != Tspm.Events.EventSource.Stream) printer.Print(line);
        _after[LogLines.Key(line.Id, line.Instance, line.Stream)] = line.Seq;
        return !session.Out.IsBroken;
    }

    bool _isAsked;

    /// <summary>Names are put in front of lines when several can speak.</summary>
    bool FitsSeveral(DaemonClient daemon)
    {
        if (request.Selectors is not { Count: > 0 } selectors) return true;
        return daemon.Call(Methods.List, new ListRequest { Selectors = selectors }).Processes.Count > 1;
    }

    void Follow(DaemonClient daemon)
    {
        var resumed = Resumed;
        if (resumed.Events is not null && !daemon.KnowsProtocol2) resumed = resumed with { Events = null };
        // Whoever read our output may go away while there is nothing to print.
        if (request.Follow && !session.Out.IsTerminal) daemon.WatchOutput();
        daemon.Stream(Methods.Logs, resumed, Take, session.Out.Flush, request.Follow);
    }

    bool Take(AnswerEnvelope notification)
    {
        if (notification.Method == Notifications.Log)
        {
            var line = notification.ReadParams(Wire.Json.LogLine);
            return Print(line) && !(line.Stream == Tspm.Events.EventSource.Stream && IsOver?.Invoke() == true);
        }
        if (notification.Method != Notifications.Heartbeat) return true;
        if (notification.ReadParams(Wire.Json.HeartbeatNotice).Seq is { } positions)
            foreach (var (stream, seq) in positions) _after.TryAdd(stream, seq);
        return IsOver?.Invoke() != true;
    }
}
