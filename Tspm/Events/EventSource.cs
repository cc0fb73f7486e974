using Tspm.Logs.Reading;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Events;

/// <summary>
/// Presents the events of some instances as lines that are merged with the lines of their logs (<see
/// cref="LogLine.Stream"/> is "event"). The events begin at the oldest log line shown.
/// </summary>
/// <param name="path">Path of the newest event file.</param>
/// <param name="query">Gives the range of times.</param>
/// <param name="after">The sequence number after which to continue; null: begin with the view.</param>
/// <param name="isWanted">Whether an event is about one of the instances.</param>
/// <param name="others">The logs that are shown together with the events; they are read first.</param>
/// <param name="now">Start of a view that has no line yet, in Unix milliseconds.</param>
internal sealed class EventSource(string path, LogQuery query, long? after,
    Func<ProcessEvent, bool> isWanted, Func<IEnumerable<ILogSource>> others, long now) : ILogSource
{
    public const string Stream = "event";

    /// <summary>The sequence number of the last event that a returning reader has seen.</summary>
    /// <returns>Null if the request does not say.</returns>
    public static long? PositionIn(LogsRequest request)
    {
        long? last = null;
        foreach (var (key, seq) in request.After ?? new Dictionary<string, long>())
            if ((key == Stream || key.EndsWith("." + Stream, StringComparison.Ordinal)) && !(seq < last)) last = seq;
        return last;
    }

    readonly Queue<ProcessEvent> _ready = new();
    EventTail? _tail;
    LogLine? _head;

    public LogLine Head => _head!;

    public long HeadTime { get; private set; } = long.MinValue;

    /// <summary>Nothing to locate yet: the starting point is known only when the logs have their first lines.</summary>
    public IEnumerable<bool> Locate() => [];

    public LogStep Next(bool takePartial)
    {
        if (_ready.Count == 0) Fill();
        if (!_ready.TryDequeue(out var happened)) return LogStep.Nothing;
        HeadTime = Math.Max(HeadTime, happened.Time.ToUnixTimeMilliseconds());
        _head = new LogLine
        {
            Id = happened.Id!.Value,
            Name = happened.Name ?? "",
            Instance = happened.Instance ?? 0,
            Stream = Stream,
            Seq = happened.Seq,
            Time = happened.Time,
            RunId = happened.RunId,
            Text = EventText.Describe(happened),
        };
        return LogStep.Line;
    }

    public void Dispose() { }

    void Fill()
    {
        var first = long.MinValue;
        if (_tail is null)
        {
            if (after is null) first = query.SinceMs ?? Oldest() ?? now;
            _tail = new EventTail(path, after ?? 0, first);
        }
        var news = _tail.ReadNew();
        var withdrawn = WithdrawnProcesses.InOrder(news);
        for (var i = 0; i < news.Count; i++)
        {
            var happened = news[i];
            // The filter remembers which ids it wants, so it has to see that this id is free again.
            if (happened.Kind == EventKind.Withdrawn) _ = isWanted(happened);
            var time = happened.Time.ToUnixTimeMilliseconds();
            if (withdrawn[i] || time < first || time > query.UntilMs || !EventText.AppearsInLogs(happened)) continue;
            if (isWanted(happened)) _ready.Enqueue(happened);
        }
    }

    long? Oldest()
    {
        long? oldest = null;
        foreach (var other in others())
            if (other.HeadTime > long.MinValue && !(other.HeadTime > oldest)) oldest = other.HeadTime;
        return oldest;
    }
}
