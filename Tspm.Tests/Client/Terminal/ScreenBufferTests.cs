using CsCheck;
using Tspm.Client.Terminal;

namespace Tspm.Tests.Client.Terminal;

/// <summary>No character is shown in part, and no row is longer than the screen is wide.</summary>
[Timeout(120_000)]
public sealed class ScreenBufferTests
{
    static string RowText(ScreenBuffer buffer, int y = 0)
    {
        var text = "";
        foreach (var cell in buffer.Row(y)) text += cell.Text;
        return text;
    }

    static string Written(int width, params (int X, string Text)[] texts)
    {
        var buffer = new ScreenBuffer(width, 1);
        foreach (var (x, text) in texts) buffer.Write(x, 0, text);
        return RowText(buffer);
    }

    [Test]
    public async Task Text_is_cut_at_the_edge(CancellationToken cancellation)
    {
        await Assert.That(Written(5, (0, "abcdefgh"))).IsEqualTo("abcd…");
        await Assert.That(Written(5, (0, "日本語"))).IsEqualTo("日本…");
        await Assert.That(Written(5, (2, "日本"))).IsEqualTo("  日…");
        await Assert.That(Written(4, (9, "x"), (-1, "y"))).IsEqualTo("    ");
        var buffer = new ScreenBuffer(10, 1);
        await Assert.That(buffer.Write(1, 0, "abcdefgh", room: 4)).IsEqualTo(5);
        await Assert.That(buffer.Write(0, 7, "below")).IsEqualTo(0);
        await Assert.That(RowText(buffer)).IsEqualTo(" abc…     ");
    }

    [Test]
    public async Task Half_of_a_wide_character_does_not_remain(CancellationToken cancellation)
    {
        await Assert.That(Written(6, (0, "日本"), (1, "x"))).IsEqualTo(" x本  ");
        await Assert.That(Written(6, (0, "日本"), (2, "x"))).IsEqualTo("日x   ");
        await Assert.That(Written(6, (0, "日本"), (1, "語"))).IsEqualTo(" 語   ");
    }

    [Test]
    public async Task Control_characters_are_shown_and_never_sent(CancellationToken cancellation)
    {
        await Assert.That(Written(20, (0, "a\e[2J\n\u009bb"))).IsEqualTo("a\\e[2J\\n\\x9bb".PadRight(20));
        await Assert.That(Written(4, (0, "\u0301\u0302x"))).IsEqualTo("x   ");
        await Assert.That(Written(4, (0, "a" + new string('\u0301', 500)))).IsEqualTo("\ufffd   ");
    }

    [Test]
    public async Task Every_cell_belongs_to_one_character(CancellationToken cancellation)
    {
        Gen.Select(Gen.Int[1, 60], Gen.Select(Gen.Int[-2, 62], Letters.Any, Gen.Int[0, 70]).Array[1, 8])
            .Sample((width, texts) =>
            {
                var buffer = new ScreenBuffer(width, 1);
                foreach (var (x, text, room) in texts) buffer.Write(x, 0, text, room: room);
                var row = buffer.Row(0);
                for (var x = 0; x < width;)
                {
                    if (row[x].Width < 1 || row[x].Text.Any(char.IsControl)) return false;
                    for (var i = 1; i < row[x].Width; i++)
                        if (row[x + i] is not { Width: 0, Text: "" }) return false;
                    x += row[x].Width;
                }
                return true;
            }, iter: 3000);
        await Task.CompletedTask;
    }

    [Test]
    public async Task A_fill_has_the_style_and_ends_at_the_edge(CancellationToken cancellation)
    {
        var buffer = new ScreenBuffer(6, 1);
        buffer.Write(0, 0, "abc");
        await Assert.That(buffer.Fill(2, 0, 99, Style.Reverse)).IsEqualTo(6);
        await Assert.That(RowText(buffer)).IsEqualTo("ab    ");
        await Assert.That(buffer.Row(0)[5].Style).IsEqualTo(Style.Reverse);
        await Assert.That(buffer.Row(0)[1].Style).IsEqualTo(default(Style));
    }
}
