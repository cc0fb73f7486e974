using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// Reads logs over the control socket. A stream that follows survives the death of its daemon: it connects again and
/// continues after the last byte seen of each stream, so that no line is missing or repeated.
/// </summary>
internal sealed class LogStream(ClientSession session, LogsRequest request, LogPrinter printer)
{
    readonly Dictionary<string, long> _after = [];

    public void Run() => ResumingStream.Run(
        session,
        daemon =>
        {
            if (!_hasCounted) Expect(daemon);
            _hasCounted = true;
            Follow(daemon);
        },
        // A stream that does not follow resumes too: a user may page through it for longer than the daemon waits.
        lost => RetryPolicy.MayResume(lost.Code, request.Follow, hasHeard: _after.Count > 0, hasPositions: true));

    /// <summary>
    /// Called after each event and each heartbeat. If it returns true, no more lines will come, and the stream ends.
    /// Lines that it may not have shown by then are its <see cref="Rest"/>.
    /// </summary>
    public Func<bool>? IsOver { get; init; }

    /// <summary>Whether to omit events.</summary>
    public bool HidesEvents { get; init; }

    /// <summary>A request for everything after the last byte seen of each stream, without following.</summary>
    public LogsRequest Rest => Resumed with { Follow = false };

    LogsRequest Resumed => _after.Count == 0 ? request : request with { After = _after };

    /// <summary>Prints a line.</summary>
    /// <returns>False if the reader of the output is gone.</returns>
    public bool Print(LogLine line)
    {
        if (!HidesEvents || line.Stream != Tspm.Events.EventSource.Stream) printer.Print(line);
        _after[LogLines.Key(line.Id, line.Instance, line.Stream)] = line.Seq;
        return !session.Out.IsBroken;
    }

    bool _hasCounted;

    /// <summary>Tells the printer which names may come; with several, each line needs its name.</summary>
    void Expect(DaemonClient daemon)
    {
        var selects = request.Selectors is { Count: > 0 };
        if (selects || printer.AlignsNames)
        {
            var list = daemon.Call(Methods.List, new ListRequest { Selectors = selects ? request.Selectors : null });
            printer.Expect([.. list.Processes.Select(
                static process => new InstanceName(process.Name, process.Instance))]);
        }
        // Without selectors, processes that do not exist yet may join in.
        if (!selects) printer.Several = true;
    }

    void Follow(DaemonClient daemon)
    {
        var resumed = Resumed;
        if (resumed.Events is not null && !daemon.KnowsProtocol2) resumed = resumed with { Events = null };
        if (resumed.Invert is not null) OlderDaemon.RequireInvert(daemon);
        // The reader of our output may go away while there is nothing to print.
        if (request.Follow && !session.Out.IsTerminal) daemon.WatchOutput();
        daemon.Stream(Methods.Logs, resumed, HandleNotification, session.Out.Flush, request.Follow);
    }

    bool HandleNotification(AnswerEnvelope notification)
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
