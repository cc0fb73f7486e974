using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Logs.Index;

/// <summary>A stretch of a stream: bytes that were taken at one time and written by one run.</summary>
/// <param name="Start">Position of its first byte.</param>
/// <param name="End">Position behind its last one; <see cref="long.MaxValue"/>: it is the last stretch, and may still
/// grow.</param>
/// <param name="UnixMilliseconds">When it was taken; null: not known.</param>
/// <param name="RunId">0: not known.</param>
internal readonly record struct LogStretch(long Start, long End, long? UnixMilliseconds, ulong RunId)
{
    public bool Holds(long position) => position >= Start && position < End;
}

/// <summary>
/// Reads a stream's time index where it lies, a block at a time: a position or a time is found by binary search, so
/// that the index of a long history costs no more than that of a short one. Damaged entries are passed over. See
/// <see cref="LogIndexEntry"/>.
/// </summary>
internal sealed class LogIndexReader : IDisposable
{
    const int EntriesPerBlock = 128;

    readonly SafeFileHandle _file;
    readonly byte[] _block = new byte[EntriesPerBlock * LogIndexEntry.Size];
    long _blockStart = -1;
    int _blockCount;
    LogStretch? _current;

    LogIndexReader(SafeFileHandle file)
    {
        _file = file;
        Refresh();
    }

    /// <summary>Entries, damaged ones included.</summary>
    public long Count { get; private set; }

    /// <summary>Null: there is no index, or it cannot be read; logs are readable without it.</summary>
    public static LogIndexReader? Open(string logPath)
    {
        try
        {
            return new LogIndexReader(Platform.RegularFile.Open(PathOf(logPath)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string PathOf(string logPath) => logPath + ".index";

    /// <summary>
    /// Takes notice of entries that were added. An entry is written before its bytes: after this, all bytes seen before
    /// have theirs.
    /// </summary>
    public void Refresh()
    {
        // Also when none was added: the last one may have been written over, when no bytes had come of it.
        (Count, _blockStart) = (RandomAccess.GetLength(_file) / LogIndexEntry.Size, -1);
        if (_current is { End: long.MaxValue }) _current = null;
    }

    /// <summary>Entries were added since they were counted.</summary>
    public bool HasGrown => RandomAccess.GetLength(_file) / LogIndexEntry.Size != Count;

    /// <summary>
    /// Another index has taken its place (the writer leaves out what is before the oldest file), or it was removed.
    /// </summary>
    public bool IsReplaced => SysStat.fstat((int)_file.DangerousGetHandle(), out var status) != 0 || status.Links == 0;

    /// <summary>False: the entry is damaged.</summary>
    public bool TryRead(long number, out LogIndexEntry entry)
    {
        if (_blockStart < 0 || number < _blockStart || number >= _blockStart + _blockCount) Load(number);
        entry = default;
        var at = (int)(number - _blockStart);
        return at < _blockCount && LogIndexEntry.TryRead(_block.AsSpan(at * LogIndexEntry.Size), out entry);
    }

    /// <summary>The stretch that a position lies in.</summary>
    public LogStretch StretchAt(long position)
    {
        if (_current is { } known && known.Holds(position)) return known;
        var found = FindStretch(position);
        _current = found;
        return found;
    }

    /// <summary>Where the bytes of this time or a later one begin; null: there are none yet.</summary>
    public long? PositionAt(long unixMilliseconds) =>
        NextBytes(LowerBound(entry => entry.UnixMilliseconds >= unixMilliseconds))?.Position;

    /// <summary>Where this run's next bytes begin, at or behind a position; null: there are none yet.</summary>
    public long? NextOfRun(long position, ulong runId)
    {
        if (StretchAt(position) is var here && here.RunId == runId) return position;
        for (var number = LowerBound(entry => entry.Position > position); number < Count; number++)
            if (TryRead(number, out var entry) && entry.Kind == LogIndexKind.Bytes && entry.RunId == runId)
                return entry.Position;
        return null;
    }

    /// <summary>
    /// Where the newest file that the index knows begins, if it has this inode; null: it has another one. What is said
    /// earlier of an inode may be of an older file.
    /// </summary>
    public long? BeginOfNewest(ulong inode)
    {
        foreach (var entry in Backwards())
            if (entry.Kind == LogIndexKind.File) return entry.Value == inode ? entry.Position : null;
        return null;
    }

    /// <summary>Does a file (with this inode, if one is given) begin exactly here?</summary>
    public bool BeginsAt(long position, ulong? inode)
    {
        for (var number = LowerBound(probe => probe.Position >= position); number < Count; number++)
        {
            if (!TryRead(number, out var entry)) continue;
            if (entry.Position != position) return false;
            if (entry.Kind == LogIndexKind.File && (inode is null || entry.Value == inode)) return true;
        }
        return false;
    }

    /// <summary>Entries from the newest to the oldest, without the damaged ones.</summary>
    public IEnumerable<LogIndexEntry> Backwards()
    {
        for (var number = Count - 1; number >= 0; number--)
            if (TryRead(number, out var entry)) yield return entry;
    }

    /// <summary>
    /// Where so many bytes were thrown away, because the disk was full, at or behind <paramref name="from"/> and before
    /// <paramref name="to"/>.
    /// </summary>
    public IEnumerable<LogIndexEntry> Dropped(long from, long to)
    {
        for (var number = LowerBound(entry => entry.Position >= from); number < Count; number++)
        {
            if (!TryRead(number, out var entry)) continue;
            if (entry.Position >= to) yield break;
            if (entry.Kind == LogIndexKind.Dropped) yield return entry;
        }
    }

    public void Dispose() => _file.Dispose();

    LogStretch FindStretch(long position)
    {
        var next = LowerBound(entry => entry.Position > position);
        var end = NextBytes(next)?.Position ?? long.MaxValue;
        return PreviousBytes(next - 1) is { } begin
            ? new LogStretch(begin.Position, end, begin.UnixMilliseconds, begin.RunId)
            : new LogStretch(long.MinValue, end, null, 0);
    }

    LogIndexEntry? NextBytes(long number)
    {
        for (; number < Count; number++)
            if (TryRead(number, out var entry) && entry.Kind == LogIndexKind.Bytes) return entry;
        return null;
    }

    LogIndexEntry? PreviousBytes(long number)
    {
        for (; number >= 0; number--)
            if (TryRead(number, out var entry) && entry.Kind == LogIndexKind.Bytes) return entry;
        return null;
    }

    /// <summary>The first entry of which it is true; from there on it is true of all.</summary>
    long LowerBound(Func<LogIndexEntry, bool> isBehind)
    {
        var (low, high) = (0L, Count);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            var probe = middle;
            LogIndexEntry entry = default;
            while (probe < high && !TryRead(probe, out entry)) probe++;
            if (probe == high || isBehind(entry)) high = middle;
            else low = probe + 1;
        }
        return low;
    }

    void Load(long number)
    {
        // Read backwards, what comes next lies before.
        var ahead = _blockStart >= 0 && number < _blockStart ? EntriesPerBlock - 1 : EntriesPerBlock / 4;
        _blockStart = Math.Max(0, number - ahead);
        _blockCount = RandomAccess.Read(_file, _block, _blockStart * LogIndexEntry.Size) / LogIndexEntry.Size;
    }
}
