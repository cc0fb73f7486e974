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
    /// <summary>The number of past lines of each stream to read at the beginning.</summary>
    const int PastLines = 200;

    readonly LogView _view;
    readonly IReadOnlyList<string> _subject;
    readonly Dictionary<string, long> _after;

    public LogFeed(ClientSession session, MonitInbox inbox, LogView view, IReadOnlyList<string> subject)
        : base(session, inbox)
    {
        (_view, _subject) = (view, subject);
        _after = new Dictionary<string, long>(view.Buffer.After);
    }

    protected override void Read(DaemonClient daemon)
    {
        var request = new LogsRequest
        {
            Selectors = _subject,
            Lines = PastLines,
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
