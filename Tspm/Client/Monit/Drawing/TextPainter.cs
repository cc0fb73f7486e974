using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>Writes styled text into a row of the screen.</summary>
internal static class TextPainter
{
    static readonly Style Match = new(Colour.Indexed(0), Colour.Yellow);

    /// <summary>Writes a part of a text, with the matches of a search highlighted.</summary>
    /// <param name="frame">The screen.</param>
    /// <param name="x">The first column.</param>
    /// <param name="y">The row.</param>
    /// <param name="room">The most cells; a longer text is cut with "…".</param>
    /// <param name="text">The text.</param>
    /// <param name="begin">The index of the first character.</param>
    /// <param name="length">The number of characters.</param>
    /// <param name="matches">The places to highlight, in order.</param>
    /// <param name="own">The style of parts that have none.</param>
    /// <returns>The column after the text.</returns>
    public static int Write(ScreenBuffer frame, int x, int y, int room, StyledText text, int begin, int length,
        IReadOnlyList<(int Begin, int Length)> matches, Style own)
    {
        var (last, end, match) = (x + room, begin + length, 0);
        while (begin < end && x < last)
        {
            while (match < matches.Count && matches[match].Begin + matches[match].Length <= begin) match++;
            var isMatch = match < matches.Count && matches[match].Begin <= begin;
            var to = Math.Min(end, text.EndOfStyle(begin));
            if (isMatch) to = Math.Min(to, matches[match].Begin + matches[match].Length);
            else if (match < matches.Count) to = Math.Min(to, matches[match].Begin);
            var style = text.StyleAt(begin);
            if (style.IsPlain) style = own;
            x = frame.Write(x, y, text.Text[begin..to], isMatch ? Match : style, last - x);
            begin = to;
        }
        return x;
    }

    /// <summary>Writes a whole text from a number of cells on, cut at the end of the room.</summary>
    public static void Write(ScreenBuffer frame, Region row, StyledText text, int left, SearchText? search, Style own)
    {
        var begin = left == 0 ? 0 : CellText.FittingLength(text.Text, left);
        if (begin >= text.Text.Length) return;
        Write(frame, row.X, row.Y, row.Width, text, begin, text.Text.Length - begin,
            search?.FindAll(text.Text) ?? [], own);
    }
}
