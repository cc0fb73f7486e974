using System.Globalization;
using System.Text;
using Wcwidth;

namespace Tspm.Client.Terminal;

/// <summary>
/// Measures and cuts text in terminal cells. Terminals disagree about the width of sequences (a family emoji takes two
/// cells in some and eight in others). This class assumes the greatest width of any terminal, so that text is never
/// wider than calculated.
/// </summary>
internal static class CellText
{
    const string Mark = "…";

    /// <summary>
    /// Requests the emoji form of the preceding character, which is two cells wide in some terminals.
    /// </summary>
    const int EmojiSelector = 0xfe0f;

    /// <returns>The greatest number of cells that the text takes in any terminal.</returns>
    public static int WidthOf(ReadOnlySpan<char> text)
    {
        var (width, last) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == EmojiSelector && last == 1) width++;
            last = WidthOf(rune);
            width += last;
        }
        return width;
    }

    /// <summary>Vowel signs of Indian scripts have a cell of their own in some terminals.</summary>
    static int WidthOf(Rune rune) => Math.Max(
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpacingCombiningMark ? 1 : 0,
        UnicodeCalculator.GetWidth(rune));

    /// <summary>Cuts the text to at most this many cells (1 or more). A cut text ends with "…".</summary>
    public static string Cut(string text, int cells)
    {
        if (WidthOf(text) <= cells) return text;
        var end = Fitting(text, cells - 1);
        return string.Concat(text.AsSpan(0, end), Mark);
    }

    /// <summary>Pads the text with spaces to this many cells.</summary>
    public static string Pad(string text, int cells, bool toTheRight)
    {
        var spaces = new string(' ', Math.Max(0, cells - WidthOf(text)));
        return toTheRight ? spaces + text : text + spaces;
    }

    /// <summary>Breaks the text into lines of at most this many cells, at spaces where possible.</summary>
    /// <param name="text">One line.</param>
    /// <param name="cells">The width, at least 4.</param>
    /// <param name="indent">Put in front of every line except the first.</param>
    public static IEnumerable<string> Wrap(string text, int cells, string indent)
    {
        var (rest, front) = (text, "");
        while (rest.Length > 0 && WidthOf(rest) > cells - front.Length)
        {
            var end = Fitting(rest, cells - front.Length);
            // A character wider than the line cannot be shown correctly; emit it to make progress.
            if (end == 0) end = StringInfo.GetNextTextElementLength(rest);
            var space = end < rest.Length && rest[end] == ' ' ? end : rest.LastIndexOf(' ', end - 1);
            if (space > 0) end = space;
            yield return front + rest[..end];
            (rest, front) = (rest[end..].TrimStart(' '), indent);
        }
        if (rest.Length > 0) yield return front + rest;
    }

    /// <summary>Returns how many chars fit into the cells without splitting a visible character.</summary>
    static int Fitting(string text, int cells)
    {
        var (end, width) = (0, 0);
        while (end < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text, end);
            width += WidthOf(text.AsSpan(end, length));
            if (width > cells) break;
            end += length;
        }
        // If a sequence of emoji is too wide as a whole, take at least its first one.
        if (end == 0 && Rune.TryGetRuneAt(text, 0, out var first) && WidthOf(first) <= cells)
            end = first.Utf16SequenceLength;
        return end;
    }
}
