using System.Globalization;
using System.Text;
using Wcwidth;

namespace Tspm.Client.Terminal;

/// <summary>
/// Text in the cells of a terminal. Terminals disagree about sequences (a family of emoji takes two cells in some and
/// eight in others): the greatest width that any of them gives is taken, so that nothing is ever wider than thought.
/// </summary>
internal static class CellText
{
    const string Mark = "…";

    /// <summary>
    /// Asks for the coloured shape of the character before it, which is two cells wide in some terminals.
    /// </summary>
    const int EmojiSelector = 0xfe0f;

    /// <summary>How many cells a text takes at most.</summary>
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

    /// <summary>The text in at most so many cells (at least 1): where something is missing, it ends with "…".</summary>
    public static string Cut(string text, int cells)
    {
        if (WidthOf(text) <= cells) return text;
        var end = Fitting(text, cells - 1);
        return string.Concat(text.AsSpan(0, end), Mark);
    }

    /// <summary>With spaces up to so many cells.</summary>
    public static string Pad(string text, int cells, bool toTheRight)
    {
        var spaces = new string(' ', Math.Max(0, cells - WidthOf(text)));
        return toTheRight ? spaces + text : text + spaces;
    }

    /// <summary>The text in lines of at most so many cells, broken at spaces where there are some.</summary>
    /// <param name="text">One line.</param>
    /// <param name="cells">At least 4.</param>
    /// <param name="indent">In front of every line but the first.</param>
    public static IEnumerable<string> Wrap(string text, int cells, string indent)
    {
        var (rest, front) = (text, "");
        while (rest.Length > 0 && WidthOf(rest) > cells - front.Length)
        {
            var end = Fitting(rest, cells - front.Length);
            // A character that is wider than the line is nothing that anybody can show.
            if (end == 0) end = StringInfo.GetNextTextElementLength(rest);
            var space = end < rest.Length && rest[end] == ' ' ? end : rest.LastIndexOf(' ', end - 1);
            if (space > 0) end = space;
            yield return front + rest[..end];
            (rest, front) = (rest[end..].TrimStart(' '), indent);
        }
        if (rest.Length > 0) yield return front + rest;
    }

    /// <summary>How many chars fit, without taking apart what people see as one character.</summary>
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
        // Of a sequence of emoji that is too wide as a whole at least the first one.
        if (end == 0 && Rune.TryGetRuneAt(text, 0, out var first) && WidthOf(first) <= cells)
            end = first.Utf16SequenceLength;
        return end;
    }
}
