namespace Tspm.Logs.Reading;

/// <summary>
/// Where the last N lines of a stream begin, found from its end, file by file, with a memory that does not depend on
/// how much there is. The work is handed out in slices:
/// null means "not yet", for others to have their turn.
/// </summary>
internal static class LogStart
{
    const int BlockBytes = 64 << 10;

    /// <summary>A slice of work.</summary>
    const long SliceBytes = 256 << 10;

    /// <summary>Where the last lines begin.</summary>
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
            // A file that is gone by now holds no lines that could be shown.
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
    /// Where the last lines that fit begin: of each file, the newest first, they are counted, and in the one where
    /// there are enough, counted off.
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
                if (line is null || toSkip-- > 0)
                {
                    if (line is null) yield return null;
                    continue;
                }
                reader.Limit = limit;
                yield return line;
                yield break;
            }
        }
        reader.Limit = limit;
        yield return lines <= 0 ? end : begin;
    }

    /// <summary>Where the lines begin that fit and begin in a range; null: a slice of work is done.</summary>
    static IEnumerable<long?> Fitting(LogReader reader, Func<LogReader, ReadOnlySpan<byte>, bool> fits, long from,
        long to)
    {
        reader.Seek(reader.LineAt(from));
        reader.Limit = long.MaxValue;
        var sliceEnd = reader.Position + SliceBytes;
        var inParts = false;
        while (reader.Position < to)
        {
            var isThere = reader.TryRead(takePartial: true, out var line, out var partial);
            if (!isThere) yield break;
            var isFitting = !inParts && fits(reader, line);
            inParts = partial;
            if (isFitting) yield return reader.LineStart;
            if (reader.Position < sliceEnd) continue;
            sliceEnd = reader.Position + SliceBytes;
            yield return null;
        }
    }

    /// <summary>
    /// Counts breaks from the end of a file until enough lines were met; a break at the very end closes the last line,
    /// it does not begin another one.
    /// </summary>
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

    /// <summary>The same in a file that can only be read forwards: once to count, once to count off.</summary>
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
