using System.Globalization;
using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>One line of text with the styles of its parts. It has no control characters.</summary>
internal sealed class StyledText
{
    const int TabWidth = 8;

    /// <summary>The parts in order, each with the index after its last character.</summary>
    readonly List<(int End, Style Style)> _parts = [];

    StyledText(string text) => Text = text;

    public static StyledText Empty { get; } = new("");

    /// <summary>The text without its styles.</summary>
    public string Text { get; }

    /// <summary>Whether any part has a style.</summary>
    public bool HasStyle
    {
        get
        {
            foreach (var (_, style) in _parts)
                if (!style.IsPlain) return true;
            return false;
        }
    }

    /// <summary>Text in one style. Control characters become escapes.</summary>
    public static StyledText Of(string text, Style style = default)
    {
        var line = new StyledText(ControlText.Escape(text));
        line._parts.Add((line.Text.Length, style));
        return line;
    }

    /// <summary>
    /// Reads a line of a program's output. Its colours and effects (SGR, ECMA-48, 8.3.117) become styles; tabs become
    /// spaces; other sequences and control characters are dropped, see <see cref="TerminalFilter"/>.
    /// </summary>
    public static StyledText Read(string line)
    {
        if (!line.AsSpan().ContainsAnyExceptInRange(' ', '~')) return Of(line);
        var clean = Encoding.UTF8.GetString(TerminalFilter.Clean(Encoding.UTF8.GetBytes(line)));
        var text = new StringBuilder(clean.Length);
        var parts = new List<(int End, Style Style)>();
        var style = default(Style);
        var begin = 0;
        for (var at = 0; at <= clean.Length; at++)
        {
            if (at < clean.Length && clean[at] is not ('\e' or '\t')) continue;
            text.Append(ControlText.Escape(clean[begin..at]));
            if (at < clean.Length && clean[at] == '\t')
            {
                text.Append(' ', TabWidth - CellText.WidthOf(text.ToString()) % TabWidth);
                begin = at + 1;
                continue;
            }
            parts.Add((text.Length, style));
            if (at == clean.Length) break;
            var end = clean.IndexOf('m', at);
            style = SgrReader.Apply(style, clean.AsSpan(at + 2, end - at - 2));
            at = end;
            begin = end + 1;
        }
        var read = new StyledText(text.ToString());
        read._parts.AddRange(parts);
        return read;
    }

    /// <summary>The style of the character at an index.</summary>
    public Style StyleAt(int index)
    {
        foreach (var (end, style) in _parts)
            if (index < end) return style;
        return default;
    }

    /// <summary>The index after the last character that has the style of the one at this index.</summary>
    public int EndOfStyle(int index)
    {
        foreach (var (end, _) in _parts)
            if (index < end) return end;
        return Text.Length;
    }

    /// <summary>
    /// The begin and the length of each row when the text is wrapped at this many cells, after spaces where possible;
    /// one row for an empty text.
    /// </summary>
    public IEnumerable<(int Begin, int Length)> Wrap(int cells)
    {
        var begin = 0;
        do
        {
            var rest = Text[begin..];
            var isLast = CellText.WidthOf(rest) <= cells;
            var length = isLast ? rest.Length : CellText.FittingLength(rest, cells);
            var space = isLast || length == 0 ? -1 : rest.LastIndexOf(' ', length - 1);
            // A row of which more than half would stay empty is not worth keeping a word whole.
            if (space > length / 2) length = space + 1;
            // A character that is wider than the row has to be passed, though it cannot be shown.
            if (length == 0 && rest.Length > 0) length = StringInfo.GetNextTextElementLength(rest);
            yield return (begin, length);
            begin += length;
        }
        while (begin < Text.Length);
    }
}
