using Tspm.Libc;
using Tspm.Logs.Files;

namespace Tspm.Logs.Index;

/// <summary>
/// Brings an index up to date with the log files when a daemon opens it. After an orderly end, nothing is missing;
/// after a death during a rotation, a removal by hand, or the loss of the index, entries have to be added.
/// </summary>
internal static class LogIndexRecovery
{
    /// <summary>About a page of complete entries. Chunks are read from the end of the index backwards.</summary>
    const int ChunkBytes = 100 * LogIndexEntry.Size;

    /// <summary>
    /// The result of a comparison. Times are in Unix milliseconds.
    /// </summary>
    /// <param name="Base">Position in the stream of the current file's first byte.</param>
    /// <param name="BeganMs">When the current file was started.</param>
    /// <param name="LastMs">Time of the newest entry; 0: there is none.</param>
    /// <param name="Missing">Entries that have to be appended first.</param>
    internal readonly record struct Found(long Base, long BeganMs, long LastMs, List<LogIndexEntry> Missing);

    /// <summary>Compares the index with the files that exist.</summary>
    /// <param name="index">Descriptor of the index.</param>
    /// <param name="length">Length of its complete entries in bytes.</param>
    /// <param name="path">Path of the log.</param>
    /// <param name="log">Status of the current file.</param>
    /// <param name="nowMs">The present, in Unix milliseconds.</param>
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
        // If the file was truncated while no daemon was running, the lost bytes keep their positions, and the stream
        // continues after them.
        if (known.Value == log.Inode)
            return known.Position + log.Size >= newest.Position ? known.Position : newest.Position;
        var older = RotatedLogs.OldestFirst(path);
        var at = older.FindIndex(file => SysStat.stat(file, out var status) == 0 && status.Inode == known.Value);
        // Compression changes the inode, so the index does not know compressed files; the newest of them is the best
        // guess.
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
    /// Without any entry, positions are computed from the sizes of the files, and the only known times are those of
    /// their last writes.
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

    /// <summary>Finds the last entry, and the last entry about a file. Damaged entries are skipped.</summary>
    static unsafe void ReadBack(int index, long length, out LogIndexEntry? last, out LogIndexEntry? file)
    {
        (last, file) = (null, null);
        var chunk = stackalloc byte[ChunkBytes];
        for (var end = length; end > 0;)
        {
            var size = (int)Math.Min(ChunkBytes, end);
            end -= size;
            var got = Unistd.pread(index, chunk, (nuint)size, end);
            var count = (int)got / LogIndexEntry.Size;
            for (var at = (count - 1) * LogIndexEntry.Size; at >= 0; at -= LogIndexEntry.Size)
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
