using Tspm.Logs.Reading;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Events;

/// <summary>
/// The events of some instances as lines among those of their logs (<see cref="LogLine.Stream"/> is "event"). They
/// begin where the oldest line that is shown does.
/// </summary>
/// <param name="path">Of the newest event file.</param>
/// <param name="query">For the times that are wanted.</param>
/// <param name="after">Where to go on; null: from the beginning of the view.</param>
/// <param name="isWanted">Is it about one of those instances?</param>
/// <param name="others">The logs beside which they stand; asked first.</param>
/// <param name="now">Where a view begins that has no line yet, Unix milliseconds.</param>
internal sealed class EventSource(string path, LogQuery query, long? after,
    Func<ProcessEvent, bool> isWanted, Func<IEnumerable<ILogSource>> others, long now) : ILogSource
{
    public const string Stream = "event";

    /// <summary>Where a reader that comes back was; null: it did not say.</summary>
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

    /// <summary>Only once the others have their first line it is known where to begin.</summary>
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
            Instance = happened.Instance
                ?? 0,
            Stream = Stream,
            Seq = happened.Seq,
            Time = happened.Time,
            RunId = happened.RunId,
            Text = EventText.Of(happened),
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
        var former = FormerHolders.AmongThese(news);
        for (var i = 0; i < news.Count; i++)
        {
            var happened = news[i];
            // Whoever keeps in mind whose events are wanted has to hear that the id is free again.
            if (happened.Kind == EventKind.Withdrawn) _ = isWanted(happened);
            var time = happened.Time.ToUnixTimeMilliseconds();
            if (former[i] || time < first || time > query.UntilMs || !EventText.StandsInLogs(happened)) continue;
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
