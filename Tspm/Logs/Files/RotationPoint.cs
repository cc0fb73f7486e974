namespace Tspm.Logs.Files;

/// <summary>
/// Where a file ends. It ends with a line: with the last one that fits, or, when it has to end within one, with that
/// one. Only a line that alone is longer than a file may be is cut.
/// </summary>
internal static class RotationPoint
{
    /// <summary>
    /// How many of the next bytes still belong to the file, with <paramref name="room"/> bytes left to its limit; 0:
    /// none, it is to be rotated first. <paramref name="rotate"/>: it is complete then.
    /// </summary>
    public static int Of(ReadOnlySpan<byte> next, long room, LogFile file, out bool rotate, out bool cut)
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
