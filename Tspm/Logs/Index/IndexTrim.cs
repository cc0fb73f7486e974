using Tspm.Libc;

namespace Tspm.Logs.Index;

/// <summary>The two halves of making an index shorter: where to cut, and copying what stays.</summary>
internal static unsafe class IndexTrim
{
    const int ChunkBytes = 400 * LogIndexEntry.Size;

    /// <summary>
    /// The first entry about the oldest file that is left begins at <paramref name="from"/>. Of those before, two still
    /// matter: the last stretch of bytes, which may reach into that file, and the start of the last run.
    /// </summary>
    public static void Cut(int index, long length, long oldestPosition, out long from, out List<LogIndexEntry> kept)
    {
        LogIndexEntry? started = null, bytes = null;
        var chunk = stackalloc byte[ChunkBytes];
        for (from = 0; from < length;)
        {
            var got = (int)Unistd.pread(index, chunk, (nuint)Math.Min(ChunkBytes, length - from),
                from) / LogIndexEntry.Size * LogIndexEntry.Size;
            if (got <= 0) break;
            for (var at = 0; at < got; at += LogIndexEntry.Size, from += LogIndexEntry.Size)
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

    /// <summary>Writes the entries, then what is between the offsets. The length of what was written, or -1.</summary>
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
