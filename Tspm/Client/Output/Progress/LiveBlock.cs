using System.Globalization;

namespace Tspm.Client.Output.Progress;

/// <summary>
/// Lines at the cursor of a terminal that are replaced in place, and go away without a trace. They must not wrap, and
/// be fewer than the terminal has rows. The cursor stays at the end of the last line.
/// </summary>
internal sealed class LiveBlock(OutputWriter output)
{
    /// <summary>The rows in use.</summary>
    int _height;

    /// <summary>Shows lines in place of those that were shown before.</summary>
    /// <param name="draw">Writes at least one line.</param>
    public void Show(Action<ITextSink> draw)
    {
        ToTop();
        var sink = new Sink(output);
        draw(sink);
        var extra = _height - sink.Lines;
        for (var i = 0; i < extra; i++) output.Write("\r\n\e[K");
        Up(extra);
        output.Flush();
        _height = sink.Lines;
    }

    /// <summary>Clears the lines. The cursor is then where the first one began.</summary>
    public void Clear()
    {
        if (_height == 0) return;
        Show(static sink => sink.EndLine());
        output.Write("\r");
        output.Flush();
        _height = 0;
    }

    void ToTop()
    {
        output.Write("\r");
        Up(_height - 1);
    }

    void Up(int rows)
    {
        if (rows > 0) output.Write(string.Create(CultureInfo.InvariantCulture, $"\e[{rows}A"));
    }

    /// <summary>Clears the rest of each line; there is a line break only between lines.</summary>
    sealed class Sink(OutputWriter output) : ITextSink
    {
        bool _isBetween;

        public int Lines { get; private set; }

        public void Write(string text, Terminal.Style style)
        {
            Begin();
            output.Write(text, style);
        }

        public void EndLine()
        {
            Begin();
            output.Write("\e[K");
            _isBetween = true;
            Lines++;
        }

        void Begin()
        {
            if (_isBetween) output.Write("\r\n");
            _isBetween = false;
        }
    }
}
