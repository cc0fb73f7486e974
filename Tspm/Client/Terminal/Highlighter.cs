using System.Text;
using System.Text.RegularExpressions;

namespace Tspm.Client.Terminal;

/// <summary>
/// Marks what a pattern finds in a line by reversing its colours. The line may have colours of its own: the pattern
/// does not see their sequences, and they stay in effect, also within a match.
/// </summary>
internal sealed class Highlighter(Regex pattern)
{
    const string On = "\e[7m", Off = "\e[27m";

    /// <summary>Marks the matches in a line.</summary>
    /// <param name="line">
    /// A line whose only control sequences are colours, as <see cref="TerminalFilter"/> leaves it.
    /// </param>
    /// <returns>The line itself if nothing matches, or if the pattern takes too long.</returns>
    public string Mark(string line)
    {
        var isMarked = Matches(ColourSequence.Remove(line));
        if (isMarked is null) return line;
        var text = new StringBuilder(line.Length + 32);
        // The index among the visible characters.
        var seen = 0;
        for (var at = 0; at < line.Length;)
        {
            var end = ColourSequence.EndOf(line, at);
            var isInside = seen > 0 && isMarked[seen - 1] && isMarked[seen];
            if (end > at)
            {
                text.Append(line, at, end - at);
                // The colour may have reset everything.
                if (isInside) text.Append(On);
                at = end;
                continue;
            }
            if (isMarked[seen] && !isInside) text.Append(On);
            text.Append(line[at++]);
            if (isMarked[seen] && !isMarked[seen + 1]) text.Append(Off);
            seen++;
        }
        return text.ToString();
    }

    /// <returns>
    /// Whether each visible character belongs to a match, and false for the position after the last one; null if
    /// nothing matches.
    /// </returns>
    bool[]? Matches(string visible)
    {
        bool[]? marked = null;
        try
        {
            foreach (var match in pattern.EnumerateMatches(visible))
            {
                if (match.Length == 0) continue;
                marked ??= new bool[visible.Length + 1];
                marked.AsSpan(match.Index, match.Length).Fill(true);
            }
            return marked;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
