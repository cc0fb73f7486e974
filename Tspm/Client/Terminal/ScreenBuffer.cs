using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// What a screen is to show, cell by cell. A program draws each frame completely, and <see cref="ScreenPainter"/> finds
/// out what has changed. Text that does not fit is cut, so that no line ever wraps. A character that takes several
/// cells is never shown in part, and control characters are shown escaped.
/// </summary>
internal sealed class ScreenBuffer
{
    /// <summary>
    /// A character with more combining marks than any language uses is shown without them: they would be sent with
    /// every change of the cell.
    /// </summary>
    const int LongestCharacter = 64;

    readonly Cell[] _cells;

    public ScreenBuffer(int width, int height)
    {
        (Width, Height) = (Math.Max(1, width), Math.Max(1, height));
        _cells = new Cell[Width * Height];
        Clear();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The cells of a row.</summary>
    public ReadOnlySpan<Cell> Row(int y) => _cells.AsSpan(y * Width, Width);

    public void Clear() => Array.Fill(_cells, Cell.Blank);

    /// <summary>Copies all cells of a buffer of the same size.</summary>
    public void CopyFrom(ScreenBuffer other) => other._cells.CopyTo(_cells, 0);

    /// <summary>
    /// Writes text into a row, cut with "…" if it is wider than <paramref name="room"/> or than the rest of the row. A
    /// row outside the screen is ignored.
    /// </summary>
    /// <returns>The column after the text.</returns>
    public int Write(int x, int y, string text, Style style = default, int room = int.MaxValue)
    {
        room = Math.Min(room, Width - x);
        if (y < 0 || y >= Height || x < 0 || room <= 0) return x;
        ReadOnlySpan<char> rest = CellText.Cut(ControlText.Escape(text), room);
        var end = x + room;
        while (rest.Length > 0)
        {
            var length = CellText.FirstCharacter(rest, out var width);
            var character = length > LongestCharacter ? "\ufffd" : rest[..length];
            if (length > LongestCharacter) width = 1;
            rest = rest[length..];
            // Marks without a letter have no cell of their own.
            if (width == 0) continue;
            if (x + width > end) break;
            Put(x, y, Cell.TextOf(character), style, width);
            x += width;
        }
        return x;
    }

    /// <summary>Fills a part of a row with spaces of a style, such as the background of a selected line.</summary>
    /// <returns>The column after the part.</returns>
    public int Fill(int x, int y, int count, Style style)
    {
        var end = Math.Min(Width, x + count);
        for (var at = x; at < end && y < Height; at++) Put(at, y, " ", style, 1);
        return end;
    }

    /// <summary>The text of all rows down to the last one that has any, without spaces at the ends of rows.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        var end = 0;
        for (var y = 0; y < Height; y++)
        {
            var begin = text.Length;
            foreach (var cell in Row(y)) text.Append(cell.Text);
            while (text.Length > begin && text[^1] == ' ') text.Length--;
            if (text.Length > begin) end = text.Length + 2;
            text.Append("\r\n");
        }
        return text.ToString(0, end);
    }

    void Put(int x, int y, string text, Style style, int width)
    {
        Uncover(x, y);
        if (x + width < Width) Uncover(x + width, y);
        var row = _cells.AsSpan(y * Width, Width);
        row[x] = new Cell(text, style, width);
        for (var i = 1; i < width; i++) row[x + i] = Cell.Covered(style);
    }

    /// <summary>Blanks the character that covers this cell, unless it begins here: a part cannot remain.</summary>
    void Uncover(int x, int y)
    {
        var row = _cells.AsSpan(y * Width, Width);
        if (row[x].Width != 0) return;
        var start = x;
        while (row[start].Width == 0) start--;
        var end = start + row[start].Width;
        for (var i = start; i < end; i++) row[i] = Cell.Blank with { Style = row[i].Style };
    }
}
