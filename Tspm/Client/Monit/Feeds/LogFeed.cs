using Tspm.Client.Connection;
using Tspm.Client.Monit.Model;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Feeds;

/// <summary>
/// Follows the logs of some processes into a buffer. It continues after the last line that the buffer has, after the
/// death of a daemon and when the user comes back to the same processes.
/// </summary>
internal sealed class LogFeed : DaemonFeed
{
    /// <summary>The number of past lines to read at the beginning: of each stream, and of all instances.</summary>
    const int PastLines = 200, PastLinesOfAll = 4000;

    readonly LogView _view;
    readonly IReadOnlyList<string> _subject;
    readonly Dictionary<string, long> _after;
    readonly int _pastLines;

    /// <param name="session">Connects to the daemon.</param>
    /// <param name="inbox">Receives the lines.</param>
    /// <param name="view">Shows them.</param>
    /// <param name="subject">The selectors of the processes.</param>
    /// <param name="count">The number of their instances: the more there are, the fewer past lines of each.</param>
    public LogFeed(
        ClientSession session, MonitInbox inbox, LogView view, IReadOnlyList<string> subject, int count)
        : base(session, inbox)
    {
        (_view, _subject) = (view, subject);
        _pastLines = Math.Clamp(PastLinesOfAll / Math.Max(1, count), 1, PastLines);
        _after = new Dictionary<string, long>(view.Buffer.After);
    }

    protected override void Read(DaemonClient daemon)
    {
        var request = new LogsRequest
        {
            Selectors = _subject,
            Lines = _pastLines,
            Follow = true,
            Events = daemon.KnowsProtocol2 ? true : null,
            After = _after.Count > 0 ? new Dictionary<string, long>(_after) : null,
        };
        daemon.Stream(Methods.Logs, request, notification =>
        {
            if (notification.Method == Notifications.Log) Take(notification.ReadParams(Wire.Json.LogLine));
            else if (notification.Method == Notifications.Heartbeat
                && notification.ReadParams(Wire.Json.HeartbeatNotice).Seq is { } positions) Begin(positions);
            return !HasEnded;
        }, follows: true);
    }

    void Take(LogLine line)
    {
        _after[LogLines.Key(line.Id, line.Instance, line.Stream)] = line.Seq;
        Post(_ => _view.Buffer.Append(line));
    }

    void Begin(IReadOnlyDictionary<string, long> positions)
    {
        foreach (var (stream, seq) in positions) _after.TryAdd(stream, seq);
        Post(_ =>
        {
            foreach (var (stream, seq) in positions) _view.Buffer.Begin(stream, seq);
        });
    }
}
