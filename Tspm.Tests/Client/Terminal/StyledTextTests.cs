using Tspm.Client.Terminal;

namespace Tspm.Tests.Client.Terminal;

/// <summary>Lines of programs, with their colours.</summary>
[Timeout(60_000)]
internal sealed class StyledTextTests
{
    [Test]
    [Arguments("plain", "plain"), Arguments("a\tb", "a       b"), Arguments("12345678\tb", "12345678        b"),
        Arguments("\e[2J\e]0;title\ax", "x"), Arguments("\e[1;31mred\e[m", "red"), Arguments("日\tx", "日      x"),
        Arguments("\u202eback", "\\u202eback"), Arguments("", "")]
    public async Task It_has_no_control_characters(string line, string text, CancellationToken cancellation) =>
        await Assert.That(StyledText.Read(line).Text).IsEqualTo(text);

    [Test]
    [Arguments("\e[31mx", 1, 0, TextEffects.None),
        Arguments("\e[1;4mx", 0, 0, TextEffects.Bold | TextEffects.Underline),
        Arguments("\e[31;0mx", 0, 0, TextEffects.None), Arguments("\e[97;104mx", 15, 12, TextEffects.None),
        Arguments("\e[38;5;200;48;5;17mx", 200, 17, TextEffects.None), Arguments("\e[1;2;22mx", 0, 0, TextEffects.None),
        Arguments("\e[7;27;4;24mx", 0, 0, TextEffects.None), Arguments("\e[38mx", 0, 0, TextEffects.None)]
    public async Task A_sequence_is_a_style(
        string line, int foreground, int background, TextEffects effects, CancellationToken cancellation)
    {
        var style = StyledText.Read(line).StyleAt(0);
        var expected = new Style(
            foreground == 0 ? Colour.Own : Colour.Indexed((byte)foreground),
            background == 0 ? Colour.Own : Colour.Indexed((byte)background), effects);
        await Assert.That(style).IsEqualTo(expected);
    }

    [Test]
    public async Task Styles_end_where_the_next_begins(CancellationToken cancellation)
    {
        var text = StyledText.Read("a\e[31mbb\e[38;2;1;2;3mc\e[39md");
        await Assert.That(text.Text).IsEqualTo("abbcd");
        await Assert.That(text.StyleAt(0).IsPlain).IsTrue();
        await Assert.That(text.EndOfStyle(1)).IsEqualTo(3);
        await Assert.That(text.StyleAt(2)).IsEqualTo(Style.Of(Colour.Red));
        await Assert.That(text.StyleAt(3)).IsEqualTo(Style.Of(Colour.Direct(1, 2, 3)));
        await Assert.That(text.StyleAt(4).IsPlain).IsTrue();
        await Assert.That(text.HasStyle).IsTrue();
        await Assert.That(StyledText.Read("\e[0mx").HasStyle).IsFalse();
    }

    [Test]
    [Arguments("one two three", 8, "one two |three"), Arguments("abcdefghij", 4, "abcd|efgh|ij"),
        Arguments("", 5, ""), Arguments("日本語", 4, "日本|語"), Arguments("日本", 1, "日|本"),
        Arguments("a bcdefghi", 6, "a bcde|fghi")]
    public async Task It_wraps_after_words(string line, int cells, string rows, CancellationToken cancellation)
    {
        var text = StyledText.Of(line);
        var parts = text.Wrap(cells).Select(part => text.Text.Substring(part.Begin, part.Length));
        await Assert.That(string.Join('|', parts)).IsEqualTo(rows);
    }
}
