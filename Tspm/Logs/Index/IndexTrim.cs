using Tspm.Libc;

namespace Tspm.Logs.Index;

/// <summary>The two steps of shortening an index: finding where to cut, and copying the rest.</summary>
internal static unsafe class IndexTrim
{
    const int ChunkBytes = 400 * LogIndexEntry.Size;

    /// <summary>
    /// Finds the first entry about the oldest remaining file.
    /// </summary>
    /// <param name="index">Descriptor of the index.</param>
    /// <param name="length">Length of the index in bytes.</param>
    /// <param name="oldestPosition">Position where the oldest remaining file begins.</param>
    /// <param name="from">Offset in the index of the first entry about it.</param>
    /// <param name="kept">Earlier entries that are still needed: the last stretch of bytes, which may extend into that
    /// file, and the start of the last run.</param>
    public static void Cut(int index, long length, long oldestPosition, out long from, out List<LogIndexEntry> kept)
    {
        LogIndexEntry? started = null, bytes = null;
        var chunk = stackalloc byte[ChunkBytes];
        for (from = 0; from < length;)
        {
            var got = (int)Unistd.pread(index, chunk, (nuint)Math.Min(ChunkBytes, length - from), from);
            var whole = got / LogIndexEntry.Size * LogIndexEntry.Size;
            if (whole <= 0) break;
            for (var at = 0; at < whole; at += LogIndexEntry.Size, from += LogIndexEntry.Size)
            {
                if (!LogIndexEntry.TryRead(new ReadOnlySpan<byte>(chunk + at, LogIndexEntry.Size), out var entry))
                    continue;
                if (entry.Position >= oldestPosition)
                {
                    kept = Kept(started, bytes);
                    return;
                }
                if (entry.Kind == LogIndexKind.Started) started = entry;
                if (entry.Kind == LogIndexKind.Bytes) bytes = entry;
            }
        }
        kept = Kept(started, bytes);
    }

    static List<LogIndexEntry> Kept(LogIndexEntry? started, LogIndexEntry? bytes)
    {
        var kept = new List<LogIndexEntry>();
        if (started is { } run) kept.Add(run);
        if (bytes is { } stretch) kept.Insert(started?.Position > stretch.Position ? 0 : kept.Count, stretch);
        return kept;
    }

    /// <summary>Writes the first entries, then those of the source between two offsets.</summary>
    /// <returns>Number of bytes written, or -1 on failure.</returns>
    public static long Copy(int source, long from, long to, IReadOnlyList<LogIndexEntry> first, int target)
    {
        long length = 0;
        var chunk = stackalloc byte[ChunkBytes];
        foreach (var entry in first)
        {
            entry.Write(new Span<byte>(chunk, LogIndexEntry.Size));
            if (Unistd.pwrite(target, chunk, LogIndexEntry.Size, length) != LogIndexEntry.Size) return -1;
            length += LogIndexEntry.Size;
        }
        while (from < to)
        {
            var got = Unistd.pread(source, chunk, (nuint)Math.Min(ChunkBytes, to - from), from);
            if (got <= 0 || Unistd.pwrite(target, chunk, (nuint)got, length) != got) return -1;
            from += got;
            length += got;
        }
        return length;
    }
}
