using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// The only control sequences that <see cref="TerminalFilter"/> leaves in a line: colours (ESC [ … m).
/// </summary>
internal static class ColourSequence
{
    /// <summary>Returns the line without colours.</summary>
    public static string Remove(string line)
    {
        if (!line.Contains('\e')) return line;
        var visible = new StringBuilder(line.Length);
        for (var at = 0; at < line.Length;)
        {
            var end = EndOf(line, at);
            if (end == at) visible.Append(line[at++]);
            else at = end;
        }
        return visible.ToString();
    }

    /// <returns>The position after the sequence that begins here; the position itself if none does.</returns>
    public static int EndOf(string line, int at)
    {
        if (line[at] != '\e') return at;
        var end = line.IndexOf('m', at);
        return end < 0 ? line.Length : end + 1;
    }
}
