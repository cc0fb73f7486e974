using System.Globalization;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Logs.Events;

/// <summary>Which of the events are asked for: an <see cref="EventsRequest"/>, checked. The same with and without a daemon.</summary>
internal sealed class EventQuery(EventsRequest request, EventSelection selection, long? sinceMs, string path)
{
    /// <summary>Shown when the request names neither a number nor a time.</summary>
    const int DefaultLines = 50;

    /// <exception cref="LogQueryException">Something in it cannot be understood, or a selector fits nothing.</exception>
    public static EventQuery Of(EventsRequest request, DateTimeOffset now, Func<List<SelectorTarget>> present, string path)
    {
        if (request.Lines < 0) throw new LogQueryException("lines", $"lines is 0 or more, not {request.Lines}", "0 or more", request.Lines.Value.ToString(CultureInfo.InvariantCulture));
        long? since = null;
        if (request.Since is { } text)
        {
            if (!TimePoint.TryParse(text, now, TimeZoneInfo.Local, null, out var point))
                throw new LogQueryException("since", $"since: '{text}' is not understood; expected {TimePoint.Expected}", TimePoint.Expected, text);
            since = point.ToUnixTimeMilliseconds();
        }
        return new EventQuery(request, new EventSelection(request.Selectors, present, path), since, path);
    }

    public bool Fits(ProcessEvent happened) => selection.Fits(happened) && !(happened.Time.ToUnixTimeMilliseconds() < sinceMs);

    /// <summary>Those that have been, the oldest first; with <see cref="EventsRequest.After"/> all behind that one.</summary>
    public List<ProcessEvent> Past()
    {
        var most = request.After is not null ? int.MaxValue : request.Lines ?? (sinceMs is null ? DefaultLines : int.MaxValue);
        var found = new List<ProcessEvent>();
        if (most == 0) return found;
        foreach (var happened in EventFiles.Newest(path))
        {
            if (happened is null) continue;
            if (happened.Seq <= request.After || happened.Time.ToUnixTimeMilliseconds() < sinceMs) break;
            if (!selection.Fits(happened)) continue;
            found.Add(happened);
            if (found.Count == most) break;
        }
        found.Reverse();
        return found;
    }
}
