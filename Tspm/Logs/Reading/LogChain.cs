using System.Globalization;
using Tspm.Libc;
using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>
/// All files of one stream as they were at one moment, oldest first, each with its place in the stream. A chain is a
/// look, not a hold: nothing is kept open, and when a file is another one by the time it is read, the chain is looked
/// up again.
/// </summary>
internal sealed class LogChain
{
    /// <summary>A rotation that was cut short leaves a number out for a while.</summary>
    const int NumbersThatMayBeMissing = 2;

    /// <summary>A look that fell into a rotation is repeated, but not for ever.</summary>
    const int MostLooks = 100;

    LogChain(List<LogPart> parts, bool isIndexed) => (Parts, IsIndexed) = (parts, isIndexed);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LogPart> Parts { get; }

    /// <summary>The positions are the index's; else they count from the oldest file there is.</summary>
    public bool IsIndexed { get; }

    public LogPart? Newest => Parts.Count > 0 ? Parts[^1] : null;

    public long Begin => Parts.Count > 0 ? Parts[0].Base : 0;

    public long End => Newest?.End ?? 0;

    /// <param name="path">The current file.</param>
    /// <param name="index">Null: none.</param>
    /// <param name="held">The file that is being read: it keeps its place when there is no index to say the
    /// places.</param>
    public static LogChain Look(string path, LogIndexReader? index, LogPartReader? held = null)
    {
        List<LogPart> found;
        var looks = 0;
        do
        {
            found = Collect(path);
            // In between, so that index and files are of the same moment: an inode that is free by now may be another
            // file's in the index already.
            index?.Refresh();
        }
        while (++looks < MostLooks && !IsStill(found));
        var isIndexed = LogPlaces.Assign(found, index);
        found.Reverse();
        if (!isIndexed && held is not null && found.Count > 0) Shift(found, held);
        return new LogChain(found, isIndexed);
    }

    /// <summary>
    /// The file that holds the byte at a position, or the next one that there is; null: all end before it.
    /// </summary>
    public LogPart? PartAt(long position)
    {
        foreach (var part in Parts)
            if (position < part.End || (part == Newest && position == part.End)) return part;
        return null;
    }

    /// <summary>The file with this inode; null: it is gone or compressed.</summary>
    public LogPart? Find(ulong inode)
    {
        foreach (var part in Parts)
            if (part.Inode == inode) return part;
        return null;
    }

    /// <summary>
    /// Newest first, in the order in which a rotation moves files on: so none is missed, and one that is met twice is
    /// known by its inode. Of PATH.N and PATH.N.gz the compressed one counts: the other is about to go.
    /// </summary>
    static List<LogPart> Collect(string path)
    {
        var parts = new List<LogPart>();
        if (LogPart.Look(path, isGzip: false) is { } current) parts.Add(current);
        for (int number = 1, missing = 0; missing <= NumbersThatMayBeMissing; number++)
        {
            var rotated = string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
            // The last look: the compressed one was finished, and its predecessor removed, between the first two.
            var part = LogPart.Look(rotated + ".gz", isGzip: true) ?? LogPart.Look(rotated, isGzip: false)
                ?? LogPart.Look(rotated + ".gz", isGzip: true);
            missing = part is null ? missing + 1 : 0;
            // Renamed between two looks, it would count twice.
            if (part is not null && !parts.Exists(other => other.Inode == part.Inode)) parts.Add(part);
        }
        return parts;
    }

    /// <summary>
    /// True when every name still leads to the file that was found there: no rotation fell between the looks.
    /// </summary>
    static bool IsStill(List<LogPart> parts)
    {
        foreach (var part in parts)
            if (SysStat.stat(part.Path, out var status) != 0 || !part.Is(status)) return false;
        return true;
    }

    /// <summary>
    /// The held file is found by its inode, or compressed, by its size; if it is gone, what there is comes behind it.
    /// </summary>
    static void Shift(List<LogPart> parts, LogPartReader held)
    {
        var length = held.Length;
        var same = parts.Find(part => part.Inode == held.Part.Inode)
            ?? parts.FindLast(part => part.IsGzip && part.Size == length);
        var by = same is null ? held.Part.Base + length - parts[0].Base : held.Part.Base - same.Base;
        for (var i = 0; i < parts.Count; i++) parts[i] = parts[i] with { Base = parts[i].Base + by };
    }
}
