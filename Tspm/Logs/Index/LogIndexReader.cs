using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Logs.Index;

/// <summary>A stretch of a stream: bytes that were read at one time and written by one run.</summary>
/// <param name="Start">Position of its first byte.</param>
/// <param name="End">Position after its last byte; <see cref="long.MaxValue"/>: it is the last stretch, and may
/// grow.</param>
/// <param name="UnixMilliseconds">When it was read from the FIFO; null: unknown.</param>
/// <param name="RunId">The run that wrote it; 0: unknown.</param>
internal readonly record struct LogStretch(long Start, long End, long? UnixMilliseconds, ulong RunId)
{
    public bool Holds(long position) => position >= Start && position < End;
}

/// <summary>
/// Reads the time index of a stream (<see cref="LogIndexEntry"/>) from disk, block by block. Positions and times are
/// found by binary search, so that a long history costs hardly more than a short one. Damaged entries are skipped.
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

    /// <summary>Number of entries, including damaged ones.</summary>
    public long Count { get; private set; }

    /// <summary>Opens the index of a log.</summary>
    /// <returns>Null if there is no index, or it cannot be read; logs are readable without it.</returns>
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

    /// <summary>Path of the index of a log.</summary>
    public static string PathOf(string logPath) => logPath + ".index";

    /// <summary>
    /// Makes new entries visible. Entries are written before their bytes, so all bytes that were visible before this
    /// call have their entries after it.
    /// </summary>
    public void Refresh()
    {
        // The block is dropped even if no entry was added: the last entry may have been overwritten by another one.
        Count = RandomAccess.GetLength(_file) / LogIndexEntry.Size;
        _blockStart = -1;
        if (_current is { End: long.MaxValue }) _current = null;
    }

    /// <summary>Whether entries were added since <see cref="Refresh"/>.</summary>
    public bool HasGrown => RandomAccess.GetLength(_file) / LogIndexEntry.Size != Count;

    /// <summary>
    /// Whether the index was removed, or replaced by another one, as the writer does to remove entries about deleted
    /// files.
    /// </summary>
    public bool IsReplaced => SysStat.fstat((int)_file.DangerousGetHandle(), out var status) != 0 || status.Links == 0;

    /// <summary>Reads the entry with this number, counted from 0.</summary>
    /// <returns>False if the entry is damaged.</returns>
    public bool TryRead(long number, out LogIndexEntry entry)
    {
        if (_blockStart < 0 || number < _blockStart || number >= _blockStart + _blockCount) Load(number);
        entry = default;
        var at = (int)(number - _blockStart);
        return at < _blockCount && LogIndexEntry.TryRead(_block.AsSpan(at * LogIndexEntry.Size), out entry);
    }

    /// <summary>The stretch that contains a position.</summary>
    public LogStretch StretchAt(long position)
    {
        if (_current is { } known && known.Holds(position)) return known;
        var found = FindStretch(position);
        _current = found;
        return found;
    }

    /// <summary>Position of the first byte of this time or a later one; null if there is none yet.</summary>
    public long? PositionAt(long unixMilliseconds) =>
        NextBytes(LowerBound(entry => entry.UnixMilliseconds >= unixMilliseconds))?.Position;

    /// <summary>Position of this run's first byte at or after a position; null if there is none yet.</summary>
    public long? NextOfRun(long position, ulong runId)
    {
        if (StretchAt(position) is var here && here.RunId == runId) return position;
        for (var number = LowerBound(entry => entry.Position > position); number < Count; number++)
            if (TryRead(number, out var entry) && entry.Kind == LogIndexKind.Bytes && entry.RunId == runId)
                return entry.Position;
        return null;
    }

    /// <summary>
    /// Position where the newest file in the index begins, if it has this inode, else null. Earlier entries with this
    /// inode are ignored, because they may be about a deleted file.
    /// </summary>
    public long? BeginOfNewest(ulong inode)
    {
        foreach (var entry in Backwards())
            if (entry.Kind == LogIndexKind.File) return entry.Value == inode ? entry.Position : null;
        return null;
    }

    /// <summary>Whether a file (with this inode, if one is given) begins exactly at this position.</summary>
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

    /// <summary>All intact entries from the newest to the oldest.</summary>
    public IEnumerable<LogIndexEntry> Backwards()
    {
        for (var number = Count - 1; number >= 0; number--)
            if (TryRead(number, out var entry)) yield return entry;
    }

    /// <summary>
    /// The entries about dropped bytes at or after <paramref name="from"/> and before <paramref name="to"/>.
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

    /// <summary>
    /// Number of the first entry that satisfies the predicate, by binary search: all later entries must satisfy it too.
    /// </summary>
    long LowerBound(Func<LogIndexEntry, bool> isAtOrAfter)
    {
        var (low, high) = (0L, Count);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            var probe = middle;
            LogIndexEntry entry = default;
            while (probe < high && !TryRead(probe, out entry)) probe++;
            if (probe == high || isAtOrAfter(entry)) high = middle;
            else low = probe + 1;
        }
        return low;
    }

    void Load(long number)
    {
        // If entries are read backwards, the next ones come before this one.
        var ahead = _blockStart >= 0 && number < _blockStart ? EntriesPerBlock - 1 : EntriesPerBlock / 4;
        _blockStart = Math.Max(0, number - ahead);
        _blockCount = RandomAccess.Read(_file, _block, _blockStart * LogIndexEntry.Size) / LogIndexEntry.Size;
    }
}
