using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>
/// Determines where in the stream each file begins. For files whose inode is in the index, the index has the position.
/// For others (compression changes the inode), it is computed from a neighbour and the size of the file.
/// </summary>
internal static class StreamOffsets
{
    /// <summary>The size in a gzip trailer is modulo this number (RFC 1952).</summary>
    const long GzipSizeModulus = 1L << 32;

    /// <summary>
    /// Sets the base of every part.
    /// </summary>
    /// <param name="parts">The parts, newest first.</param>
    /// <param name="index">The index; null: there is none.</param>
    /// <returns>False if the index knows none of the files, so that positions count from the oldest file.</returns>
    public static bool Assign(List<LogPart> parts, LogIndexReader? index)
    {
        if (index is null || parts.Count == 0) return CountFromTheOldest(parts);
        return AssignWhereExpected(parts, index) || AssignByAllBegins(parts, index) || CountFromTheOldest(parts);
    }

    static bool CountFromTheOldest(List<LogPart> parts)
    {
        var total = 0L;
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            parts[i] = parts[i] with { Base = total };
            total += parts[i].Size;
        }
        return false;
    }

    /// <summary>
    /// The cheap way for the normal case: every file ends where the next one begins, and the index agrees.
    /// </summary>
    /// <returns>False if the case is not normal.</returns>
    static bool AssignWhereExpected(List<LogPart> parts, LogIndexReader index)
    {
        if (parts[0].IsGzip || index.BeginOfNewest(parts[0].Inode) is not { } newest) return false;
        parts[0] = parts[0] with { Base = newest };
        for (var i = 1; i < parts.Count; i++)
        {
            var begin = parts[i - 1].Base - parts[i].Size;
            if (!index.BeginsAt(begin, parts[i].IsGzip ? null : parts[i].Inode)) return false;
            parts[i] = parts[i] with { Base = begin };
        }
        return true;
    }

    /// <summary>
    /// The thorough way: after a truncation, a removed file, an interrupted rotation, or with an index that begins
    /// late.
    /// </summary>
    static bool AssignByAllBegins(List<LogPart> parts, LogIndexReader index)
    {
        var begins = new List<LogIndexEntry>();
        foreach (var entry in index.Backwards())
            if (entry.Kind == LogIndexKind.File) begins.Add(entry);
        var anchor = Anchor(parts, begins, out var at);
        if (anchor < 0) return false;
        parts[anchor] = parts[anchor] with { Base = begins[at].Position };
        for (var i = anchor + 1; i < parts.Count; i++)
            parts[i] = PlaceBefore(parts[i], parts[i - 1].Base, begins, ref at);
        // Newer files are not in the index yet.
        for (var i = anchor - 1; i >= 0; i--) parts[i] = parts[i] with { Base = parts[i + 1].End };
        return true;
    }

    /// <summary>
    /// Finds the newest part that is in the index: parts that are newer can only be missing because they are too new.
    /// </summary>
    static int Anchor(List<LogPart> parts, List<LogIndexEntry> begins, out int at)
    {
        for (at = 0; at < begins.Count; at++)
        {
            var inode = begins[at].Value;
            // The current file matches the newest entry or none: an older entry with its inode is about a deleted file,
            // whose inode the file system has reused.
            if (parts.FindIndex(part => !part.IsGzip && part.Inode == inode) is >= 0 and var found
                && (found > 0 || at == 0)) return found;
        }
        return -1;
    }

    /// <summary>
    /// A plain file is found by its inode. Any other file begins where its size suggests, if the index has a file
    /// there; otherwise where the index has a file of its size (if bytes between it and the next file were truncated).
    /// </summary>
    static LogPart PlaceBefore(LogPart part, long newerBase, List<LogIndexEntry> begins, ref int at)
    {
        var expected = newerBase - part.Size;
        var found = part.IsGzip
            ? -1
            : begins.FindIndex(at + 1, begin => begin.Value == part.Inode && WasThere(part, begin));
        if (found < 0) found = begins.FindIndex(at + 1, begin => begin.Position == expected);
        for (var i = at + 1; found < 0 && part.IsGzip && i < begins.Count; i++)
            if ((begins[i - 1].Position - begins[i].Position) % GzipSizeModulus == part.Size) found = i;
        if (found < 0) return part with { Base = expected };
        at = found;
        return part with
        {
            Base = begins[at].Position,
            Size = part.IsGzip ? begins[at - 1].Position - begins[at].Position : part.Size,
        };
    }

    /// <summary>
    /// Whether the file existed at the time of the entry. If not, the entry is about a deleted file, whose inode the
    /// file system has reused, for example for a copy.
    /// </summary>
    static bool WasThere(LogPart part, LogIndexEntry begin) =>
        part.Born is not { } born || born.ToUnixTimeMilliseconds() <= begin.UnixMilliseconds;
}
