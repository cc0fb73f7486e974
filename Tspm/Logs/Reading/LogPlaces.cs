using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>
/// Where in the stream each file begins. The index says it of the files it knows by their inode; of the others
/// (compressed ones have a new inode) their size does, counted from a neighbour.
/// </summary>
internal static class LogPlaces
{
    /// <summary>A trailer counts modulo this (RFC 1952).</summary>
    const long GzipSizeModulus = 1L << 32;

    /// <summary>
    /// Sets the base of every part. False: the index knows none of them, and positions count from the oldest file.
    /// </summary>
    /// <param name="parts">Newest first.</param>
    /// <param name="index">May be null.</param>
    public static bool Assign(List<LogPart> parts, LogIndexReader? index)
    {
        if (index is null || parts.Count == 0) return CountFromTheOldest(parts);
        return AssignWhereExpected(parts, index) || AssignByAllBegins(parts, index) || CountFromTheOldest(parts);
    }

    static bool CountFromTheOldest(List<LogPart> parts)
    {
        var total = 0L;
        for (var i = parts.Count - 1; i >= 0; total += parts[i].Size, i--) parts[i] = parts[i] with { Base = total };
        return false;
    }

    /// <summary>
    /// The way that costs next to nothing: every file ends where the next one begins, and the index says the same.
    /// False: something is out of the ordinary.
    /// </summary>
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
    /// The way that looks at all there is: after a truncation, a lost name, a rotation that was cut short, an index
    /// that begins late.
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
        // A new file that is not in the index yet.
        for (var i = anchor - 1; i >= 0; i--) parts[i] = parts[i] with { Base = parts[i + 1].End };
        return true;
    }

    /// <summary>The part that the index met last: newer ones can only be too new for it.</summary>
    static int Anchor(List<LogPart> parts, List<LogIndexEntry> begins, out int at)
    {
        for (at = 0; at < begins.Count; at++)
        {
            var inode = begins[at].Value;
            // The current file is the newest entry's, or in no entry yet: an older entry with its inode is of a file
            // that is gone, and the system gave the number away again.
            if (parts.FindIndex(part => !part.IsGzip && part.Inode == inode) is >= 0 and var found
                && (found > 0 || at == 0)) return found;
        }
        return -1;
    }

    /// <summary>
    /// A plain file is known by its inode. Others stand where their size says, if a file begins there; else where a
    /// file of their size begins, if there is one (what lay between it and the next was emptied).
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
    /// False: the entry is of an older file, and the system gave the number of that one away again, to a copy for
    /// example.
    /// </summary>
    static bool WasThere(LogPart part, LogIndexEntry begin) =>
        part.Born is not { } born || born.ToUnixTimeMilliseconds() <= begin.UnixMilliseconds;
}
