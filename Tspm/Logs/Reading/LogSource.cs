using System.Globalization;
using Tspm.Logs.Index;
using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>
/// One stream of one instance in a view: finds where to begin, selects the requested lines, and adds their times and
/// runs.
/// </summary>
internal sealed class LogSource : ILogSource
{
    /// <summary>Number of bytes to search before other work gets a turn.</summary>
    const long SliceBytes = 256 << 10;

    readonly LogQuery _query;
    readonly Queue<LogLine> _ready = new();
    readonly Queue<LogLine> _before = new();
    LogLine? _head;
    int _afterLeft;
    bool _inParts, _partsFit;
    long _lostToldTo;

    /// <summary>Matching lines before this position are only context of the requested ones.</summary>
    long _fitsFrom = long.MinValue;

    public LogSource(LogStreamOf stream, LogQuery query, int blockBytes)
    {
        (Stream, _query) = (stream, query);
        Reader = new LogReader(stream.Path, blockBytes);
    }

    /// <summary>The stream, which changes if the process is renamed.</summary>
    public LogStreamOf Stream { get; private set; }

    public LogReader Reader { get; }

    /// <summary>Position at which to continue; null: begin where the request says.</summary>
    public long? After { get; init; }

    /// <summary>Whether lines that are written later are requested too.</summary>
    public bool Follow { get; init; }

    /// <summary>The run whose lines are requested; null: all.</summary>
    public ulong? RunId { get; set; }

    /// <summary>
    /// For a process that was added after following had begun: show lines from this time on, in Unix milliseconds,
    /// instead of the last ones.
    /// </summary>
    public long? NotBefore { get; init; }

    public LogLine Head => _head!;

    public long HeadTime { get; private set; } = long.MinValue;

    public IEnumerable<bool> Locate()
    {
        var end = Reader.Chain.End;
        if (!Follow) Reader.Limit = end;
        if (After is { } after)
        {
            Reader.Seek(after);
            _lostToldTo = after;
            yield break;
        }
        var (begin, limit) = LogRange.Find(Reader, NotBefore ?? _query.SinceMs, _query.UntilMs);
        if (RunId is { } run) begin = Math.Max(begin, Reader.LineAt(Reader.Index?.NextOfRun(begin, run) ?? end));
        limit = Math.Min(limit, end);
        var earliest = begin;
        if (_query.UntilMs is not null) Reader.Limit = limit;
        if (Stream.Lines is { } lines && NotBefore is null)
        {
            var search = _query.HasPattern || RunId is not null
                ? LogStart.OfLastFitting(Reader, Fits, lines, begin, limit)
                : LogStart.OfLast(Reader, lines, begin, limit);
            foreach (var found in search)
            {
                if (found is { } start) begin = Math.Max(begin, start);
                yield return true;
            }
            if (_query is { HasPattern: true, Context: > 0 })
            {
                _fitsFrom = begin;
                foreach (var found in LogStart.OfLast(Reader, _query.Context, earliest, begin))
                    if (found is { } start) begin = start;
            }
        }
        Reader.Seek(begin);
        _lostToldTo = begin;
    }

    public LogStep Next(bool takePartial)
    {
        if (TakeReady()) return LogStep.Line;
        var sliceEnd = Reader.Position + SliceBytes;
        while (Reader.TryRead(takePartial, out var bytes, out var partial))
        {
            var stretch = Reader.Stretch();
            ReportMissed();
            ReportDropped(stretch);
            Take(bytes, partial, stretch);
            if (TakeReady()) return LogStep.Line;
            if (Reader.Position > sliceEnd) return LogStep.Busy;
        }
        ReportMissed();
        return TakeReady() ? LogStep.Line : LogStep.Nothing;
    }

    /// <summary>The process and its log files were renamed; reading continues at the same position.</summary>
    public void Rename(LogStreamOf stream)
    {
        Stream = stream;
        Reader.Path = stream.Path;
    }

    public void Dispose() => Reader.Dispose();

    bool TakeReady()
    {
        if (!_ready.TryDequeue(out var line)) return false;
        _head = line;
        // Lines that are older than the index sort before all others. Without an index, the time of the file counts.
        var fallback = Reader.Index is null ? Reader.ModifiedMs : long.MinValue;
        HeadTime = Math.Max(HeadTime, line.Time?.ToUnixTimeMilliseconds() ?? fallback);
        return true;
    }

    bool Fits(LogReader reader, ReadOnlySpan<byte> line) => IsOfRange(reader.Stretch()) && _query.Fits(line);

    bool IsOfRange(LogStretch? stretch)
    {
        if (RunId is { } run && stretch?.RunId != run) return false;
        return stretch?.UnixMilliseconds is not { } time || (!(time < _query.SinceMs) && !(time > _query.UntilMs));
    }

    void Take(ReadOnlySpan<byte> bytes, bool partial, LogStretch? stretch)
    {
        // All parts of a long line are treated like the first one.
        var isRest = _inParts;
        _inParts = partial;
        if (isRest)
        {
            if (_partsFit) _ready.Enqueue(LineOf(bytes, partial, stretch, context: false));
            return;
        }
        _partsFit = false;
        if (!IsOfRange(stretch))
        {
            if (RunId is { } run && stretch is { } other && other.RunId != run) SkipTo(run);
            return;
        }
        if (Reader.LineStart >= _fitsFrom && _query.Fits(bytes))
        {
            while (_before.TryDequeue(out var earlier)) _ready.Enqueue(earlier);
            _ready.Enqueue(LineOf(bytes, partial, stretch, context: false));
            (_afterLeft, _partsFit) = (_query.Context, true);
        }
        else if (_afterLeft > 0)
        {
            _afterLeft--;
            _partsFit = true;
            _ready.Enqueue(LineOf(bytes, partial, stretch, context: true));
        }
        else if (_query.Context > 0)
        {
            if (_before.Count == _query.Context) _before.Dequeue();
            _before.Enqueue(LineOf(bytes, partial, stretch, context: true));
        }
    }

    /// <summary>Skips the output of other runs: the index has the position where this run continues.</summary>
    void SkipTo(ulong run)
    {
        if (_inParts || Reader.Index?.NextOfRun(Reader.Position, run) is not { } next || next <= Reader.Position)
            return;
        Reader.Seek(Reader.LineAt(next));
    }

    LogLine LineOf(ReadOnlySpan<byte> bytes, bool partial, LogStretch? stretch, bool context) => LogLines.Fill(
        Stream.Whose with
        {
            Seq = Reader.Position,
            Time = stretch?.UnixMilliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
            RunId = stretch is { RunId: > 0 and var run } ? run.ToString(CultureInfo.InvariantCulture) : null,
            Partial = partial,
            Context = context ? true : null,
        },
        bytes);

    void ReportMissed()
    {
        if (Reader.TakeMissed() is > 0 and var missed) _ready.Enqueue(Stream.Whose with
        {
            Seq = Reader.LineStart,
            LostBytes = missed,
            LostBecause = "rotated",
        });
    }

    /// <summary>
    /// Reports dropped bytes. Checking once per stretch is enough, because dropped bytes end a stretch.
    /// </summary>
    void ReportDropped(LogStretch? stretch)
    {
        if (stretch is not { } here || here.Start <= _lostToldTo || Reader.Index is not { } index) return;
        foreach (var hole in index.Dropped(_lostToldTo, Reader.LineStart + 1))
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(hole.UnixMilliseconds);
            _ready.Enqueue(Stream.Whose with
            {
                Seq = hole.Position,
                Time = time,
                LostBytes = (long)hole.Value,
                LostBecause = "diskFull",
            });
        }
        _lostToldTo = Reader.LineStart + 1;
    }
}
