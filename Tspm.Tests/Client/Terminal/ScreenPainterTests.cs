using System.Buffers;
using System.Text;
using CsCheck;
using Tspm.Client.Terminal;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Terminal;

/// <summary>The terminal shows what the buffer says, and gets no byte more than that needs.</summary>
[Timeout(120_000)]
public sealed class ScreenPainterTests
{
    static readonly Style[] Styles =
    [
        default, Style.Bold, Style.Reverse, Style.Of(Colour.Green), Style.Of(Colour.BrightRed),
        new(Colour.Indexed(208), Colour.Direct(1, 0, 255), TextEffects.Underline | TextEffects.Dim),
    ];

    /// <summary>What is drawn into a frame: where, what and how.</summary>
    static readonly Gen<(int X, int Y, string Text, int Style, int Room)> Drawing =
        Gen.Select(Gen.Int[-1, 45], Gen.Int[-1, 4], Letters.Any, Gen.Int[0, Styles.Length - 1], Gen.Int[1, 50]);

    static byte[] Paint(ScreenPainter painter, ScreenBuffer frame) => painter.Paint(frame).ToArray();

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task The_terminal_shows_the_last_frame(bool joins, CancellationToken cancellation)
    {
        Gen.Select(Gen.Int[1, 50], Drawing.Array[0, 6].Array[1, 6]).Sample((width, frames) =>
        {
            var (terminal, painter) = (new VtScreen(width, 4, joins), new ScreenPainter(ColourDepth.Direct));
            var frame = new ScreenBuffer(width, 4);
            foreach (var drawings in frames)
            {
                if (drawings.Length % 3 == 0) frame.Clear();
                foreach (var (x, y, text, style, room) in drawings) frame.Write(x, y, text, Styles[style], room);
                terminal.Feed(painter.Paint(frame));
                if (Difference(terminal, frame) is { } where) throw new InvalidOperationException(where);
                if (painter.Paint(frame).Length != 0) throw new InvalidOperationException("nothing had changed");
            }
            return !terminal.HasWrapped && terminal.Style.Length == 0 && terminal.Unknown is null;
        }, iter: 2000);
        await Task.CompletedTask;
    }

    /// <summary>Cells of a character whose width differs from terminal to terminal are its own affair.</summary>
    static string? Difference(VtScreen terminal, ScreenBuffer frame)
    {
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                var cell = frame.Row(y)[x];
                if (cell.Width == 0 || !CellText.IsCertain(cell.Text)) continue;
                var expected = new VtCell(cell.Text, Sgr(cell.Style));
                if (terminal[x, y] != expected) return $"{x},{y}: {terminal[x, y]} is not {expected}\n{terminal.Text}";
            }
        }
        return null;
    }

    static string Sgr(Style style)
    {
        var bytes = new ArrayBufferWriter<byte>();
        SgrText.Write(bytes, style, ColourDepth.Direct);
        return Encoding.ASCII.GetString(bytes.WrittenSpan)["\e[0".Length..].TrimStart(';').TrimEnd('m');
    }

    [Test]
    public async Task A_letter_that_changes_is_all_that_is_written(CancellationToken cancellation)
    {
        var (painter, frame) = (new ScreenPainter(ColourDepth.Sixteen), new ScreenBuffer(80, 24));
        frame.Write(0, 0, "uptime 1 s");
        frame.Write(0, 23, "last row");
        Paint(painter, frame);
        frame.Write(7, 0, "2");
        await Assert.That(Encoding.ASCII.GetString(Paint(painter, frame))).IsEqualTo("\e[1;8H\e[0m2");
        await Assert.That(Paint(painter, frame)).IsEmpty();
    }

    [Test]
    public async Task Styles_are_written_where_they_change_and_end_with_the_frame(CancellationToken cancellation)
    {
        var (painter, frame) = (new ScreenPainter(ColourDepth.Sixteen), new ScreenBuffer(80, 1));
        Paint(painter, frame);
        frame.Write(2, 0, "ab", Style.Of(Colour.Green));
        frame.Write(6, 0, "cd", Style.Of(Colour.Green));
        await Assert.That(Encoding.ASCII.GetString(Paint(painter, frame)))
            .IsEqualTo("\e[1;3H\e[0;32mab\e[2Ccd\e[0m");
    }

    [Test]
    public async Task After_a_resize_everything_is_drawn_again(CancellationToken cancellation)
    {
        var (painter, terminal) = (new ScreenPainter(ColourDepth.None), new VtScreen(20, 2));
        var frame = new ScreenBuffer(20, 2);
        frame.Write(0, 1, "here", new Style(Colour.Red, Effects: TextEffects.Bold));
        terminal.Feed(Paint(painter, frame));
        await Assert.That(terminal[0, 1].Style).IsEqualTo("1");
        var other = new VtScreen(20, 2);
        other.Feed("rubbish\n\n\n"u8);
        painter.Forget();
        other.Feed(Paint(painter, frame));
        await Assert.That(other.Text).IsEqualTo("\nhere");
        other.Feed(Paint(painter, new ScreenBuffer(10, 2)));
        await Assert.That(other.Text).IsEqualTo("");
    }

    /// <summary>A terminal with narrow emoji, and one with wide ones, agree on all that stands after them.</summary>
    [Test]
    public async Task Nothing_is_displaced_by_an_emoji(CancellationToken cancellation)
    {
        foreach (var joins in new[] { true, false })
        {
            var terminal = new VtScreen(30, 1, joins);
            var painter = new ScreenPainter(ColourDepth.None);
            var frame = new ScreenBuffer(30, 1);
            var end = frame.Write(0, 0, "👨‍👩‍👧‍👦");
            frame.Write(end, 0, "|after");
            terminal.Feed(Paint(painter, frame));
            await Assert.That(terminal[end, 0].Text).IsEqualTo("|");
            await Assert.That(terminal.Row(0)).EndsWith("|after");
        }
    }
}
