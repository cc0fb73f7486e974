using Tspm.Libc;
using Tspm.Logs.Files;

namespace Tspm.Logs.Index;

/// <summary>
/// What an index has to be told about the files that are there, when a daemon opens it: nothing after a quiet end, and
/// whatever is missing after a death in the middle of a rotation, a removal by hand, or a lost or damaged index.
/// </summary>
internal static class LogIndexRecovery
{
    /// <summary>Whole entries, about a page: read from the end on.</summary>
    const int ChunkBytes = 100 * LogIndexEntry.Size;

    /// <summary>
    /// Where the current file begins in the stream, since when it is there, and the entries to be written first.
    /// </summary>
    internal readonly record struct Found(long Base, long BeganMs, long LastMs, List<LogIndexEntry> Missing);

    public static Found Reconcile(int index, long length, string path, in FileStatus log, long nowMs)
    {
        ReadBack(index, length, out var last, out var file);
        var missing = new List<LogIndexEntry>();
        if (file is not { } known)
            return new Found(FromFiles(path, log, missing), missing[^1].UnixMilliseconds, 0, missing);
        var newest = last!.Value;
        var began = Base(path, known, newest, log, missing, nowMs);
        if (began == known.Position && known.Value == log.Inode && missing.Count == 0)
            return new Found(began, known.UnixMilliseconds, newest.UnixMilliseconds, missing);
        missing.Add(new LogIndexEntry(LogIndexKind.File, began, nowMs, 0, log.Inode));
        return new Found(began, nowMs, newest.UnixMilliseconds, missing);
    }

    static long Base(string path, LogIndexEntry known, LogIndexEntry newest, in FileStatus log,
        List<LogIndexEntry> missing, long nowMs)
    {
        // Bytes that are gone (emptied while nobody looked) keep their positions: the stream goes on behind them.
        if (known.Value == log.Inode)
            return known.Position + log.Size >= newest.Position ? known.Position : newest.Position;
        var older = RotatedLogs.OldestFirst(path);
        var at = older.FindIndex(file => SysStat.stat(file, out var status) == 0 && status.Inode == known.Value);
        // A compressed file is another one than the index knows. The newest of them comes nearest.
        if (at < 0)
            at = older.FindLastIndex(static file => file.EndsWith(RotatedLogs.Compressed, StringComparison.Ordinal));
        if (at < 0) return newest.Position;
        var position = known.Position;
        for (var i = at; i < older.Count; i++)
        {
            if (i > at && SysStat.stat(older[i], out var status) == 0)
                missing.Add(new LogIndexEntry(LogIndexKind.File, position, nowMs, 0, status.Inode));
            position += RotatedLogs.BytesOf(older[i]);
        }
        return Math.Max(position, newest.Position);
    }

    /// <summary>
    /// No entry is left: where files begin is known from their sizes, and of times only when each was written last.
    /// </summary>
    static long FromFiles(string path, in FileStatus log, List<LogIndexEntry> entries)
    {
        long position = 0;
        foreach (var file in RotatedLogs.OldestFirst(path))
        {
            if (SysStat.stat(file, out var status) != 0) continue;
            entries.Add(new LogIndexEntry(LogIndexKind.File, position, status.Modified.ToUnixTimeMilliseconds(), 0,
                status.Inode));
            position += RotatedLogs.BytesOf(file);
        }
        entries.Add(new LogIndexEntry(LogIndexKind.File, position, log.Modified.ToUnixTimeMilliseconds(), 0,
            log.Inode));
        return position;
    }

    /// <summary>The last entry, and the last one about a file. Damaged ones are passed over.</summary>
    static unsafe void ReadBack(int index, long length, out LogIndexEntry? last, out LogIndexEntry? file)
    {
        (last, file) = (null, null);
        var chunk = stackalloc byte[ChunkBytes];
        for (var end = length; end > 0;)
        {
            var size = (int)Math.Min(ChunkBytes, end);
            end -= size;
            var got = Unistd.pread(index, chunk, (nuint)size, end);
            for (var at = (
                int)got / LogIndexEntry.Size * LogIndexEntry.Size - LogIndexEntry.Size; at >= 0;
                at -= LogIndexEntry.Size)
            {
                if (!LogIndexEntry.TryRead(new ReadOnlySpan<byte>(chunk + at, LogIndexEntry.Size), out var entry))
                    continue;
                last ??= entry;
                if (entry.Kind != LogIndexKind.File) continue;
                file = entry;
                return;
            }
        }
    }
}
