namespace Tspm.Logs.Reading;

/// <summary>
/// Converts times to positions: by the index or, without an index, by the times of the files' last writes.
/// </summary>
internal static class LogRange
{
    /// <summary>
    /// The positions between which the lines of a time range are (in Unix milliseconds, the end inclusive). Both are
    /// beginnings of lines.
    /// </summary>
    public static (long Begin, long End) Find(LogReader reader, long? sinceMs, long? untilMs) => (
        sinceMs is { } since ? reader.LineAt(BeginOf(reader, since)) : reader.Chain.Begin,
        untilMs is { } until ? reader.LineAt(EndOf(reader, until)) : long.MaxValue);

    /// <summary>
    /// Lines that are older than the index have no known time, and are not included.
    /// </summary>
    static long BeginOf(LogReader reader, long since)
    {
        if (reader.Index is { } index) return index.PositionAt(since) ?? reader.Chain.End;
        foreach (var part in reader.Chain.Parts)
            if (part.Modified.ToUnixTimeMilliseconds() >= since) return part.Base;
        return reader.Chain.End;
    }

    static long EndOf(LogReader reader, long until)
    {
        if (reader.Index is { } index) return index.PositionAt(until + 1) ?? long.MaxValue;
        var parts = reader.Chain.Parts;
        // A file starts at the time when the one before it was last written.
        for (var i = 1; i < parts.Count; i++)
            if (parts[i - 1].Modified.ToUnixTimeMilliseconds() > until) return parts[i].Base;
        return long.MaxValue;
    }
}
