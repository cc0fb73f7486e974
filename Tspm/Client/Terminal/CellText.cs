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
        if (!text.ContainsAnyExceptInRange(' ', '~')) return text.Length;
        var (width, last) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == EmojiSelector && last == 1) width++;
            last = WidthOf(rune);
            width += last;
        }
        return width;
    }

    /// <summary>
    /// The length in chars of the first visible character with all its combining marks, and its width. The text must
    /// not be empty.
    /// </summary>
    public static int FirstCharacter(ReadOnlySpan<char> text, out int width)
    {
        var length = 1;
        // The next character may be a mark that belongs to this one, unless it is ASCII, too.
        if (!char.IsAscii(text[0]) || (text.Length > 1 && !char.IsAscii(text[1])))
            length = StringInfo.GetNextTextElementLength(text);
        width = WidthOf(text[..length]);
        return length;
    }

    /// <summary>
    /// Whether all terminals agree on the width of a character: ASCII, and single characters of the first plane that
    /// are neither marks nor emoji.
    /// </summary>
    public static bool IsCertain(string character) =>
        character.Length == 1 && character[0] is < '\u0300' or (>= '\u2500' and < '\u25fd')
            or (>= '\u30a1' and <= '\u30fa') or (>= '\u4e00' and <= '\u9fff') or (>= '\uac00' and <= '\ud7a3');

    /// <summary>Vowel signs of Indian scripts have a cell of their own in some terminals.</summary>
    static int WidthOf(Rune rune) => IsSimple(rune.Value) ? 1 : Math.Max(
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpacingCombiningMark ? 1 : 0,
        UnicodeCalculator.GetWidth(rune));

    /// <summary>
    /// Frequent characters with one cell: Latin letters, "…", and most of the signs that tables are drawn with. They
    /// are not looked up, because the library builds its tables at the first look-up.
    /// </summary>
    static bool IsSimple(int value) =>
        value is (>= ' ' and <= '~') or (>= 0xa1 and < 0x300 and not 0xad) or 0x2026 or (>= 0x2500 and < 0x25fd);

    /// <summary>Cuts the text to at most this many cells (1 or more). A cut text ends with "…".</summary>
    public static string Cut(string text, int cells)
    {
        if (WidthOf(text) <= cells) return text;
        var end = FittingLength(text, cells - 1);
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
            var end = FittingLength(rest, cells - front.Length);
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
    public static int FittingLength(string text, int cells)
    {
        var (end, width) = (0, 0);
        while (end < text.Length)
        {
            var length = FirstCharacter(text.AsSpan(end), out var taken);
            width += taken;
            if (width > cells) break;
            end += length;
        }
        // If a sequence of emoji is too wide as a whole, take at least its first one.
        if (end == 0 && Rune.TryGetRuneAt(text, 0, out var first) && WidthOf(first) <= cells)
            end = first.Utf16SequenceLength;
        return end;
    }
}
