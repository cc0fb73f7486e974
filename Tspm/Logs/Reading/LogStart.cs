namespace Tspm.Logs.Reading;

/// <summary>
/// Finds where the last N lines of a stream begin. It searches backwards, file by file, with constant memory. The
/// search is divided into slices: it yields null after each slice without a result, so that the caller can give other
/// work a turn.
/// </summary>
internal static class LogStart
{
    const int BlockBytes = 64 << 10;

    /// <summary>Number of bytes to search before other work gets a turn.</summary>
    const long SliceBytes = 256 << 10;

    /// <summary>Finds the position where the last lines between two positions begin.</summary>
    public static IEnumerable<long?> OfLast(LogReader reader, int lines, long begin, long end)
    {
        if (lines <= 0 || end <= begin)
        {
            yield return end;
            yield break;
        }
        var block = new byte[BlockBytes];
        var wanted = lines;
        for (var i = reader.Chain.Parts.Count - 1; i >= 0; i--)
        {
            var part = reader.Chain.Parts[i];
            if (part.Base >= end) continue;
            if (part.End <= begin) break;
            // The lines of a file that has been deleted meanwhile cannot be shown.
            using var open = part.Open();
            if (open is null) continue;
            long? found = null;
            var breaks = part.IsGzip
                ? ForwardIn(open, block, wanted, end, out found)
                : BackwardIn(open, block, wanted, end, out found);
            if (found is { } start)
            {
                yield return Math.Max(start, begin);
                yield break;
            }
            wanted -= breaks;
            yield return null;
        }
        yield return begin;
    }

    /// <summary>
    /// Finds the position of the last N matching lines. Matching lines are counted file by file, from the newest on; in
    /// the file that has enough of them, a second pass skips the surplus ones.
    /// </summary>
    public static IEnumerable<long?> OfLastFitting(LogReader reader, Func<LogReader, ReadOnlySpan<byte>, bool> fits,
        int lines, long begin, long end)
    {
        var wanted = lines;
        var limit = reader.Limit;
        for (var i = reader.Chain.Parts.Count - 1; i >= 0 && wanted > 0; i--)
        {
            var part = reader.Chain.Parts[i];
            if (part.Base >= end) continue;
            if (part.End <= begin) break;
            var (from, to) = (Math.Max(part.Base, begin), Math.Min(part.End, end));
            var count = 0;
            foreach (var line in Fitting(reader, fits, from, to))
            {
                if (line is null) yield return null;
                else count++;
            }
            if (count < wanted)
            {
                wanted -= count;
                continue;
            }
            var toSkip = count - wanted;
            foreach (var line in Fitting(reader, fits, from, to))
            {
                if (line is null)
                {
                    yield return null;
                    continue;
                }
                if (toSkip-- > 0) continue;
                reader.Limit = limit;
                yield return line;
                yield break;
            }
        }
        reader.Limit = limit;
        yield return lines <= 0 ? end : begin;
    }

    /// <summary>Positions of the matching lines that begin in a range; null after each slice.</summary>
    static IEnumerable<long?> Fitting(LogReader reader, Func<LogReader, ReadOnlySpan<byte>, bool> fits, long from,
        long to)
    {
        reader.Seek(reader.LineAt(from));
        reader.Limit = long.MaxValue;
        var sliceEnd = reader.Position + SliceBytes;
        var inParts = false;
        while (reader.Position < to)
        {
            var isRead = reader.TryRead(takePartial: true, out var line, out var partial);
            if (!isRead) yield break;
            var isFitting = !inParts && fits(reader, line);
            inParts = partial;
            if (isFitting) yield return reader.LineStart;
            if (reader.Position < sliceEnd) continue;
            sliceEnd = reader.Position + SliceBytes;
            yield return null;
        }
    }

    /// <summary>
    /// Counts line breaks backwards from the end of a file until there are enough lines. A line break at the very end
    /// ends the last line and does not count.
    /// </summary>
    /// <returns>Number of line breaks counted.</returns>
    static int BackwardIn(LogPartReader open, byte[] block, int wanted, long end, out long? found)
    {
        var seen = 0;
        var position = Math.Min(open.Part.End, end) - open.Part.Base;
        while (position > 0)
        {
            var size = (int)Math.Min(block.Length, position);
            position -= size;
            var count = open.Read(block.AsSpan(0, size), position);
            for (var i = count - 1; i >= 0; i--)
            {
                if (block[i] != '\n' || open.Part.Base + position + i == end - 1 || ++seen < wanted) continue;
                found = open.Part.Base + position + i + 1;
                return seen;
            }
        }
        found = null;
        return seen;
    }

    /// <summary>
    /// The same in a compressed file, which can only be read forwards: the first pass counts the line breaks, and the
    /// second one skips the surplus ones.
    /// </summary>
    static int ForwardIn(LogPartReader open, byte[] block, int wanted, long end, out long? found)
    {
        found = null;
        var total = 0;
        long At(int skip)
        {
            var seen = 0;
            for (long offset = 0; open.Read(block, offset) is > 0 and var count; offset += count)
            {
                for (var i = 0; i < count && open.Part.Base + offset + i < end - 1; i++)
                {
                    if (block[i] != '\n') continue;
                    if (seen++ == skip) return open.Part.Base + offset + i + 1;
                }
            }
            total = seen;
            return -1;
        }
        _ = At(int.MaxValue);
        if (total >= wanted) found = At(total - wanted);
        return total;
    }
}
