using System.Globalization;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Events;

/// <summary>
/// A validated <see cref="EventsRequest"/>, which selects the requested events. Daemon and offline client share it.
/// </summary>
internal sealed class EventQuery
{
    /// <summary>Number of events shown if the request gives neither a number nor a time.</summary>
    const int DefaultLines = 50;

    readonly EventsRequest _request;
    readonly EventSelection _selection;
    readonly long? _sinceMs, _untilMs;
    readonly LinePattern? _grep;
    readonly string _path;

    EventQuery(EventsRequest request, EventSelection selection, (long? Since, long? Until) range, string path)
    {
        (_request, _selection, _path) = (request, selection, path);
        (_sinceMs, _untilMs) = range;
        _grep = LinePattern.TryParse(request.Grep);
    }

    /// <exception cref="LogQueryException">
    /// The request is not valid, or a selector matches nothing.
    /// </exception>
    public static EventQuery From(
        EventsRequest request, DateTimeOffset now, Func<List<SelectorTarget>> present, string path)
    {
        if (request.Lines < 0)
            throw new LogQueryException("lines", $"lines must be 0 or more, but is {request.Lines}", "0 or more",
                request.Lines.Value.ToString(CultureInfo.InvariantCulture));
        foreach (var kind in request.Kinds ?? []) CheckKind(kind);
        var since = LogQuery.TimeOf("since", request.Since, now, null);
        var until = LogQuery.TimeOf("until", request.Until, now, since ?? DateTimeOffset.MinValue);
        if (until < since)
            throw new LogQueryException("until", $"until ({request.Until}) is before since ({request.Since})");
        var range = (since?.ToUnixTimeMilliseconds(), until?.ToUnixTimeMilliseconds());
        return new EventQuery(request, new EventSelection(request.Selectors, present, path), range, path);
    }

    static void CheckKind(string kind)
    {
        // Some causes have the name of a kind.
        string[] known = [.. EventKind.All.Concat(CauseCode.All).Distinct()];
        if (known.Contains(kind)) return;
        var hint = NearestName.Question(kind, known);
        if (hint.Length == 0) hint = $"; known are: {string.Join(", ", known)}";
        throw new LogQueryException(
            "kinds", $"'{kind}' is neither an event kind nor a cause{hint}", "a kind or a cause", kind);
    }

    /// <summary>Filters new events.</summary>
    /// <exception cref="LogQueryException">Matching the pattern takes too long.</exception>
    public List<ProcessEvent> Choose(List<ProcessEvent> news)
    {
        var chosen = new List<ProcessEvent>();
        var withdrawn = WithdrawnProcesses.InOrder(news);
        for (var i = 0; i < news.Count; i++)
        {
            if (Fits(news[i], withdrawn[i])) chosen.Add(news[i]);
            if (news[i].Kind == EventKind.Withdrawn) _selection.Free(news[i]);
        }
        return chosen;
    }

    bool Fits(ProcessEvent happened, bool isOfWithdrawn)
    {
        var time = happened.Time.ToUnixTimeMilliseconds();
        if (_request.Concise == true && EventText.IsRepetition(happened)) return false;
        if (time < _sinceMs || time > _untilMs || !_selection.Fits(happened, isOfWithdrawn)) return false;
        if (_request.Kinds is { Count: > 0 } kinds)
        {
            var isCause = happened.Cause is { } cause && kinds.Contains(cause);
            if (!isCause && !kinds.Contains(happened.Kind)) return false;
        }
        return _grep is null || _grep.IsMatch($"{happened.Name} {EventText.Describe(happened)}");
    }

    /// <summary>
    /// Reads the matching events of the past, oldest first; with <see cref="EventsRequest.After"/>, all events after
    /// that number.
    /// </summary>
    public List<ProcessEvent> Past()
    {
        var isWhole = _request.After is not null || _sinceMs is not null;
        var most = isWhole ? int.MaxValue : DefaultLines;
        if (_request.After is null && _request.Lines is { } lines) most = lines;
        var found = new List<ProcessEvent>();
        if (most == 0) return found;
        var withdrawn = new WithdrawnProcesses();
        foreach (var happened in EventFiles.Newest(_path))
        {
            if (happened is null) continue;
            var isOfWithdrawn = withdrawn.Has(happened);
            if (happened.Seq <= _request.After || happened.Time.ToUnixTimeMilliseconds() < _sinceMs) break;
            if (!Fits(happened, isOfWithdrawn)) continue;
            found.Add(happened);
            if (found.Count == most) break;
        }
        found.Reverse();
        return found;
    }
}
