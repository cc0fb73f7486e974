namespace Tspm.Logs.Reading;

/// <summary>
/// From times to positions: by the index, and for files that no index knows by when they were last written to.
/// </summary>
internal static class LogRange
{
    /// <summary>
    /// Where the lines of a time range (Unix milliseconds, the end inclusive) begin, and where they end. Both are
    /// beginnings of lines.
    /// </summary>
    public static (long Begin, long End) Of(LogReader reader, long? sinceMs, long? untilMs) => (
        sinceMs is { } since ? reader.LineAt(BeginOf(reader, since)) : reader.Chain.Begin,
        untilMs is { } until ? reader.LineAt(EndOf(reader, until)) : long.MaxValue);

    /// <summary>
    /// Lines whose time is not known, because they are older than the index, are not said to be of this time or later.
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
        // A file begins when the one before it has ended.
        for (var i = 1; i < parts.Count; i++)
            if (parts[i - 1].Modified.ToUnixTimeMilliseconds() > until) return parts[i].Base;
        return long.MaxValue;
    }
}
