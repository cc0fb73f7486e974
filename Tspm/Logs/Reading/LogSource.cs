using System.Globalization;
using Tspm.Logs.Index;
using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>
/// One stream of one instance in a view: where it begins, which of its lines are wanted, and what is known of them.
/// </summary>
internal sealed class LogSource : ILogSource
{
    /// <summary>Bytes looked through before others get their turn.</summary>
    const long SliceBytes = 256 << 10;

    readonly LogQuery _query;
    readonly Queue<LogLine> _ready = new();
    readonly Queue<LogLine> _before = new();
    LogLine? _head;
    int _afterLeft;
    bool _inParts, _partsFit;
    long _lostToldTo;

    /// <summary>What fits before this is no more than context of the last ones that are wanted.</summary>
    long _fitsFrom = long.MinValue;

    public LogSource(LogStreamOf stream, LogQuery query, int blockBytes)
    {
        (Stream, _query) = (stream, query);
        Reader = new LogReader(stream.Path, blockBytes);
    }

    /// <summary>May be replaced when the process was renamed.</summary>
    public LogStreamOf Stream { get; private set; }

    public LogReader Reader { get; }

    /// <summary>Where to go on; null: at the beginning that <see cref="Locate"/> finds.</summary>
    public long? After { get; init; }

    /// <summary>Lines that come later are wanted too.</summary>
    public bool Follow { get; init; }

    /// <summary>Only what this run wrote; null: all.</summary>
    public ulong? RunId { get; set; }

    /// <summary>
    /// A process that came when following had begun: lines from this time on, Unix milliseconds, instead of the last
    /// ones.
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
        var (begin, limit) = LogRange.Of(Reader, NotBefore ?? _query.SinceMs, _query.UntilMs);
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
            TellMissed();
            TellDropped(stretch);
            Take(bytes, partial, stretch);
            if (TakeReady()) return LogStep.Line;
            if (Reader.Position > sliceEnd) return LogStep.Busy;
        }
        TellMissed();
        return TakeReady() ? LogStep.Line : LogStep.Nothing;
    }

    /// <summary>The process was renamed, and its files with it: reading goes on where it was.</summary>
    public void Rename(LogStreamOf stream) => (Stream, Reader.Path) = (stream, stream.Path);

    public void Dispose() => Reader.Dispose();

    bool TakeReady()
    {
        if (!_ready.TryDequeue(out var line)) return false;
        _head = line;
        // Older than a young index: before all that it knows. Without an index: as young as the file.
        HeadTime = Math
            .Max(HeadTime,
                line.Time?.ToUnixTimeMilliseconds() ?? (Reader.Index is null ? Reader.ModifiedMs : long.MinValue));
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
        // What was decided about the first part of a long line holds for all of it.
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

    /// <summary>Other runs may have written much: the index knows where this one goes on.</summary>
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

    void TellMissed()
    {
        if (Reader.TakeMissed() is > 0 and var missed) _ready.Enqueue(Stream.Whose with
        {
            Seq = Reader.LineStart,
            LostBytes = missed,
            LostBecause = "rotated",
        });
    }

    /// <summary>Once per stretch: a hole ends one.</summary>
    void TellDropped(LogStretch? stretch)
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
