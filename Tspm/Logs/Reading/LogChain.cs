using System.Globalization;
using Tspm.Libc;
using Tspm.Logs.Index;

namespace Tspm.Logs.Reading;

/// <summary>
/// A snapshot of all files of one stream, oldest first, each with its position in the stream. Nothing is kept open: if
/// a file has been replaced by the time it is read, a new snapshot is taken.
/// </summary>
internal sealed class LogChain
{
    /// <summary>An interrupted rotation leaves a gap in the numbers for a while.</summary>
    const int MaxGap = 2;

    /// <summary>A snapshot during a rotation is repeated, but not for ever.</summary>
    const int MaxAttempts = 100;

    LogChain(List<LogPart> parts, bool isIndexed) => (Parts, IsIndexed) = (parts, isIndexed);

    /// <summary>The files, oldest first.</summary>
    public IReadOnlyList<LogPart> Parts { get; }

    /// <summary>
    /// Whether positions are those of the index; otherwise, they count from the oldest existing file.
    /// </summary>
    public bool IsIndexed { get; }

    public LogPart? Newest => Parts.Count > 0 ? Parts[^1] : null;

    /// <summary>Position of the first existing byte.</summary>
    public long Begin => Parts.Count > 0 ? Parts[0].Base : 0;

    /// <summary>Position after the last byte.</summary>
    public long End => Newest?.End ?? 0;

    /// <summary>Takes a snapshot.</summary>
    /// <param name="path">Path of the current file.</param>
    /// <param name="index">The index; null: there is none.</param>
    /// <param name="held">The file that is being read, which keeps its position if there is no index.</param>
    public static LogChain Scan(string path, LogIndexReader? index, LogPartReader? held = null)
    {
        List<LogPart> found;
        var attempts = 0;
        do
        {
            found = Collect(path);
            // The index is refreshed between the two looks at the files, so that it matches them: a reused inode would
            // otherwise belong to another file in the index.
            index?.Refresh();
        }
        while (++attempts < MaxAttempts && !IsUnchanged(found));
        var isIndexed = StreamOffsets.Assign(found, index);
        found.Reverse();
        if (!isIndexed && held is not null && found.Count > 0) Shift(found, held);
        return new LogChain(found, isIndexed);
    }

    /// <summary>
    /// The file that contains a position, or the next existing one after it.
    /// </summary>
    /// <returns>Null if all files end before the position.</returns>
    public LogPart? PartAt(long position)
    {
        foreach (var part in Parts)
            if (position < part.End || (part == Newest && position == part.End)) return part;
        return null;
    }

    /// <summary>The file with this inode; null if it was deleted or compressed.</summary>
    public LogPart? Find(ulong inode)
    {
        foreach (var part in Parts)
            if (part.Inode == inode) return part;
        return null;
    }

    /// <summary>
    /// Collects the files, newest first, which is the direction in which a rotation moves them. So none is missed, and
    /// one that is found twice is recognised by its inode. If both PATH.N and PATH.N.gz exist, the compressed one
    /// counts, because the other one is about to be removed.
    /// </summary>
    static List<LogPart> Collect(string path)
    {
        var parts = new List<LogPart>();
        if (LogPart.Find(path, isGzip: false) is { } current) parts.Add(current);
        for (int number = 1, missing = 0; missing <= MaxGap; number++)
        {
            var rotated = string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
            // The third look is needed if the compressed file replaced the plain one between the first two.
            var part = LogPart.Find(rotated + ".gz", isGzip: true) ?? LogPart.Find(rotated, isGzip: false)
                ?? LogPart.Find(rotated + ".gz", isGzip: true);
            missing = part is null ? missing + 1 : 0;
            // A file that was renamed between two looks would otherwise count twice.
            if (part is not null && !parts.Exists(other => other.Inode == part.Inode)) parts.Add(part);
        }
        return parts;
    }

    /// <summary>
    /// Whether every path still leads to the file that was found there, so that no rotation happened meanwhile.
    /// </summary>
    static bool IsUnchanged(List<LogPart> parts)
    {
        foreach (var part in parts)
            if (SysStat.stat(part.Path, out var status) != 0 || !part.Is(status)) return false;
        return true;
    }

    /// <summary>
    /// Shifts the positions so that the held file keeps its own. The held file is found by its inode or, if it has been
    /// compressed, by its size; if it is gone, the existing files come after it.
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
