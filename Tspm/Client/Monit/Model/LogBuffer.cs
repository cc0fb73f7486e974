using System.Text;
using Tspm.Client.Terminal;
using Tspm.Events;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// The lines of one selection of processes, up to <see cref="Capacity"/>. It is kept while the user looks at other
/// processes, and remembers where to continue.
/// </summary>
internal sealed class LogBuffer
{
    /// <summary>The most lines to keep. Older ones are read from the files again.</summary>
    public const int Capacity = 10_000;

    /// <summary>How many lines are dropped at once, and how many are kept at most while the user reads.</summary>
    const int Slack = 1000, PinnedCapacity = 10 * Capacity;

    readonly List<LogRecord> _records = [];
    readonly Dictionary<string, long> _after = [];

    /// <summary>The unfinished line of each stream: its record and its text so far.</summary>
    readonly Dictionary<string, OpenLine> _open = [];

    sealed record OpenLine(LogRecord Record, string Text);

    long _next, _first;

    /// <summary>The oldest line comes first.</summary>
    public IReadOnlyList<LogRecord> Records => _records;

    /// <summary>Where to continue, see <see cref="LogsRequest.After"/>.</summary>
    public IReadOnlyDictionary<string, long> After => _after;

    /// <summary>Whether the files have no older lines than those here.</summary>
    public bool HasOldest { get; private set; }

    /// <summary>Whether the user reads older lines, which must not go meanwhile.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Changes whenever lines that were there before have changed or gone.</summary>
    public int Version { get; private set; }

    /// <summary>The time of the oldest line of a program whose time is known.</summary>
    public DateTimeOffset? OldestTime
    {
        get
        {
            foreach (var record in _records)
                if (record is { Time: { } time, Kind: LogRecordKind.Out or LogRecordKind.Err }) return time;
            return null;
        }
    }

    /// <summary>The number of lines of this time.</summary>
    public int CountAt(DateTimeOffset time) => _records.Count(record => record.Time == time);

    /// <summary>Adds a line at the end.</summary>
    public void Append(LogLine line)
    {
        var key = LogLines.Key(line.Id, line.Instance, line.Stream);
        if (line.Seq > 0) _after[key] = line.Seq;
        if (_open.Remove(key, out var begun)) Complete(key, begun.Record, begun.Text, line);
        else Add(ReadRecord(line, _next++), key, line);
        if (_records.Count > (IsPinned ? PinnedCapacity : Capacity) + Slack) DropOldest();
    }

    /// <summary>Notes where a stream begins from which nothing has come yet.</summary>
    public void Begin(string stream, long seq) => _after.TryAdd(stream, seq);

    /// <summary>Adds a line that the user draws.</summary>
    public void AddMarker(DateTimeOffset now) =>
        _records.Add(new LogRecord(_next++, LogRecordKind.Marker, default, now, StyledText.Empty));

    /// <summary>
    /// Adds older lines in front, in their order, except those that are here already.
    /// </summary>
    /// <returns>The number of lines that were added; 0 means that there are no older ones.</returns>
    public int Prepend(IReadOnlyList<LogLine> lines)
    {
        var known = OldestPositions();
        var older = lines.Where(line => line.LostBytes is null
            && (!known.TryGetValue(LogLines.Key(line.Id, line.Instance, line.Stream), out var seq) || line.Seq < seq))
            .ToList();
        var number = _first -= older.Count;
        _records.InsertRange(0, older.Select(line => ReadRecord(line, number++)));
        HasOldest = older.Count == 0;
        Version++;
        return older.Count;
    }

    /// <summary>The position of the oldest line of each stream.</summary>
    Dictionary<string, long> OldestPositions()
    {
        var positions = new Dictionary<string, long>();
        foreach (var record in _records)
            if (record.Seq > 0)
                positions.TryAdd(
                    LogLines.Key(record.Source.Id, record.Source.Instance, StreamOf(record.Kind)), record.Seq);
        return positions;
    }

    void Add(LogRecord record, string key, LogLine line)
    {
        _records.Add(record);
        if (line.Partial) _open[key] = new OpenLine(record, TextOf(line));
    }

    /// <summary>Replaces an unfinished line by one that is longer.</summary>
    void Complete(string key, LogRecord begun, string text, LogLine more)
    {
        text += TextOf(more);
        var whole = begun with { Text = StyledText.Read(text) };
        var at = _records.LastIndexOf(begun);
        if (at >= 0) _records[at] = whole;
        if (more.Partial) _open[key] = new OpenLine(whole, text);
        Version++;
    }

    void DropOldest()
    {
        _records.RemoveRange(0, _records.Count - Capacity);
        _first = _records[0].Number;
        HasOldest = false;
        Version++;
    }

    static LogRecord ReadRecord(LogLine line, long number)
    {
        var source = new LogSource(line.Id, line.Instance, line.Name);
        if (line.LostBytes is { } lost)
            return new LogRecord(number, LogRecordKind.Gap, source, line.Time,
                StyledText.Of(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"{lost} bytes are missing here")));
        var kind = line.Stream switch
        {
            EventSource.Stream => LogRecordKind.Event,
            "err" => LogRecordKind.Err,
            _ => LogRecordKind.Out,
        };
        return new LogRecord(number, kind, source, line.Time, StyledText.Read(TextOf(line))) { Seq = line.Seq };
    }

    static string StreamOf(LogRecordKind kind) => kind switch
    {
        LogRecordKind.Event => EventSource.Stream,
        LogRecordKind.Err => "err",
        _ => "out",
    };

    static string TextOf(LogLine line) =>
        line.Text ?? Encoding.UTF8.GetString(Convert.FromBase64String(line.Base64 ?? ""));
}
