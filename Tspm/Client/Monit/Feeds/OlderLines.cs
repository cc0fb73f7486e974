using Tspm.Client.Connection;
using Tspm.Client.Monit.Model;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Feeds;

/// <summary>
/// Reads lines that are older than those of a buffer, from the log files and from rotated and compressed ones, when the
/// user scrolls to them.
/// </summary>
internal sealed class OlderLines(ClientSession session, MonitInbox inbox)
{
    /// <summary>
    /// The number of lines of each stream to read at once, besides those that are here already, and of all instances
    /// together.
    /// </summary>
    const int Lines = 500, LinesOfAll = 10_000;

    volatile bool _isReading;

    /// <summary>Begins to read, unless it is reading already.</summary>
    /// <param name="view">Receives the lines.</param>
    /// <param name="subject">The selectors of the processes.</param>
    /// <param name="instances">The number of their instances.</param>
    /// <param name="onRead">What to do when the lines have come; null for nothing.</param>
    public void Begin(LogView view, IReadOnlyList<string> subject, int instances, Action? onRead)
    {
        if (_isReading || view.Buffer.OldestTime is not { } oldest) return;
        _isReading = true;
        var count = view.Buffer.CountAt(oldest) + Math.Clamp(LinesOfAll / Math.Max(1, instances), 10, Lines);
        new Thread(() => Read(view, subject, oldest, count, onRead))
        { IsBackground = true, Name = nameof(OlderLines) }.Start();
    }

    void Read(LogView view, IReadOnlyList<string> subject, DateTimeOffset oldest, int count,
        Action? onRead)
    {
        try
        {
            using var daemon = session.ConnectToRead();
            var lines = new List<LogLine>();
            Read(daemon, lines, subject, oldest, count);
            inbox.Post(_ =>
            {
                view.Buffer.Prepend(lines);
                _isReading = false;
                onRead?.Invoke();
            });
        }
        catch (DaemonException)
        {
            // The next attempt to scroll tries again.
            _isReading = false;
        }
    }

    static void Read(
        DaemonClient daemon, List<LogLine> lines, IReadOnlyList<string> subject, DateTimeOffset oldest, int count)
    {
        var request = new LogsRequest
        {
            Selectors = subject,
            Lines = count,
            // Lines of the same instant are here already; the buffer drops them.
            Until = oldest.ToString("o", System.Globalization.CultureInfo.InvariantCulture),
        };
        daemon.Stream(Methods.Logs, request, notification =>
        {
            if (notification.Method == Notifications.Log) lines.Add(notification.ReadParams(Wire.Json.LogLine));
            return true;
        });
    }
}
