using System.Buffers;
using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// Turns frames into the bytes that change the terminal from one frame to the next: only changed cells are written, and
/// a frame without changes has no bytes. Terminals disagree about the width of emoji and of some scripts. So the cells
/// of such a character are blanked first, and the position of the cursor is set anew after it: then nothing else is
/// displaced, whatever the terminal does with the character.
/// </summary>
/// <param name="depth">The colours that the terminal shows.</param>
/// <param name="isAscii">Whether the terminal shows only ASCII characters.</param>
internal sealed class ScreenPainter(ColourDepth depth, bool isAscii = false)
{
    readonly ArrayBufferWriter<byte> _bytes = new(16 << 10);

    /// <summary>What the terminal shows; null if that is not known.</summary>
    ScreenBuffer? _shown;

    /// <summary>The cursor's position; a negative column if it is not known.</summary>
    int _x, _y;

    /// <summary>The style in which the terminal would write; null if that is not known.</summary>
    Style? _style;

    /// <summary>
    /// The terminal may show anything, for example after it was resized: the next frame is drawn completely.
    /// </summary>
    public void Forget() => _shown = null;

    /// <summary>Returns the bytes to be written, which are valid until the next call.</summary>
    public ReadOnlySpan<byte> Paint(ScreenBuffer frame)
    {
        _bytes.ResetWrittenCount();
        (_x, _style) = (-1, null);
        if (_shown is null || _shown.Width != frame.Width || _shown.Height != frame.Height)
        {
            _shown = new ScreenBuffer(frame.Width, frame.Height);
            _bytes.Write("\e[0m\e[H\e[2J"u8);
            _style = default(Style);
        }
        for (var y = 0; y < frame.Height; y++) PaintRow(_shown.Row(y), frame.Row(y), y);
        _shown.CopyFrom(frame);
        if (_style is { IsPlain: false }) _bytes.Write("\e[0m"u8);
        return _bytes.WrittenSpan;
    }

    void PaintRow(ReadOnlySpan<Cell> old, ReadOnlySpan<Cell> row, int y)
    {
        if (old.SequenceEqual(row)) return;
        for (var x = 0; x < row.Length; x++)
        {
            // A covered cell is painted with the character that covers it.
            if (row[x].Width == 0 || !HasChanged(old, row, x)) continue;
            PaintCell(row[x], x, y);
        }
    }

    /// <summary>Whether one of the cells of the character that begins here has changed.</summary>
    static bool HasChanged(ReadOnlySpan<Cell> old, ReadOnlySpan<Cell> row, int x) =>
        !old.Slice(x, row[x].Width).SequenceEqual(row.Slice(x, row[x].Width));

    void PaintCell(Cell cell, int x, int y)
    {
        MoveTo(x, y);
        SetStyle(cell.Style);
        var text = isAscii ? AsciiSigns.Of(cell.Text, cell.Width) : cell.Text;
        var isCertain = CellText.IsCertain(text);
        if (!isCertain)
        {
            for (var i = 0; i < cell.Width; i++) _bytes.Write(" "u8);
            _x = -1;
            MoveTo(x, y);
        }
        Encoding.UTF8.GetBytes(text, _bytes);
        _x = isCertain ? x + cell.Width : -1;
    }

    /// <summary>Moves the cursor. Past the last column its position is not known: some terminals wrap.</summary>
    void MoveTo(int x, int y)
    {
        if (_x == x && _y == y) return;
        if (_x >= 0 && _x < x && _y == y)
        {
            _bytes.Write("\e["u8);
            if (x - _x > 1) SgrText.WriteNumber(_bytes, x - _x);
            _bytes.Write("C"u8);
        }
        else
        {
            _bytes.Write("\e["u8);
            SgrText.WriteNumber(_bytes, y + 1);
            if (x > 0) _bytes.Write(";"u8);
            if (x > 0) SgrText.WriteNumber(_bytes, x + 1);
            _bytes.Write("H"u8);
        }
        (_x, _y) = (x, y);
    }

    void SetStyle(Style style)
    {
        if (_style == style) return;
        SgrText.Write(_bytes, style, depth);
        _style = style;
    }
}
