using Tspm.Client.Terminal;

namespace Tspm.Client.Output;

/// <summary>Writes lines to a screen, from a row downwards. Lines below the last row are dropped.</summary>
internal sealed class ScreenSink(ScreenBuffer screen, int row) : ITextSink
{
    int _x;

    /// <summary>The present row.</summary>
    public int Row { get; private set; } = row;

    public void Write(string text, Style style) => _x = screen.Write(_x, Row, text, style);

    public void EndLine()
    {
        _x = 0;
        Row++;
    }
}
