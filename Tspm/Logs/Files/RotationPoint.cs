namespace Tspm.Logs.Files;

/// <summary>
/// Decides where a file ends. It ends after a complete line: after the last one that fits or, if a line has already
/// been started, after that line. A line is cut only if it alone is longer than a file may be.
/// </summary>
internal static class RotationPoint
{
    /// <summary>
    /// Counts the next bytes that still belong to the file.
    /// </summary>
    /// <param name="next">The next bytes.</param>
    /// <param name="room">Number of bytes left to the size limit of the file; may be negative.</param>
    /// <param name="file">The file.</param>
    /// <param name="rotate">Whether the file is complete after these bytes.</param>
    /// <param name="cut">Whether these bytes end within a line.</param>
    /// <returns>0 if the file must be rotated first.</returns>
    public static int Find(ReadOnlySpan<byte> next, long room, LogFile file, out bool rotate, out bool cut)
    {
        (rotate, cut) = (false, false);
        if (next.Length <= room)
        {
            rotate = next.Length == room && next[^1] == '\n';
            return next.Length;
        }
        rotate = true;
        var fits = room > 0 ? next[..(int)room].LastIndexOf((byte)'\n') : -1;
        if (fits >= 0) return fits + 1;
        if (file.Offset > 0 && file.EndsLine()) return 0;
        var end = next.IndexOf((byte)'\n');
        var toCut = file.CutAt - file.Offset;
        if (end >= 0 && end < toCut) return end + 1;
        cut = rotate = next.Length >= toCut;
        return cut ? (int)Math.Max(1, toCut) : next.Length;
    }
}
