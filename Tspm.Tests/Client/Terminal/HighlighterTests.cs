using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Tspm.Client.Terminal;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Terminal;

/// <summary>What a pattern finds is marked, and the line's own colours stay.</summary>
[Timeout(60_000)]
public sealed class HighlighterTests
{
    const string Red = "\e[31m", Reset = "\e[0m";

    static string Mark(string pattern, string line) =>
        new Highlighter(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1))).Mark(line)
            .Replace("\e[7m", "[", StringComparison.Ordinal).Replace("\e[27m", "]", StringComparison.Ordinal);

    [Test]
    [Arguments("o", "foo bar", "f[oo] bar")]
    [Arguments("o+", "foo boo", "f[oo] b[oo]")]
    [Arguments("^.*$", "whole", "[whole]")]
    [Arguments("x*", "aaa", "aaa")]
    [Arguments("日", "a日b", "a[日]b")]
    [Arguments("none", "line", "line")]
    [Arguments("a", "", "")]
    public async Task Matches_are_marked(string pattern, string line, string marked, CancellationToken cancellation) =>
        await Assert.That(Mark(pattern, line)).IsEqualTo(marked);

    [Test]
    public async Task The_colours_of_a_line_are_not_seen_by_the_pattern_and_stay(CancellationToken cancellation)
    {
        await Assert.That(Mark("error", $"{Red}er{Reset}ror: x")).IsEqualTo($"{Red}[er{Reset}[ror]: x");
        await Assert.That(Mark("31", $"{Red}x 31{Reset}")).IsEqualTo($"{Red}x [31]{Reset}");
        await Assert.That(Mark("b", $"a{Red}b{Reset}c")).IsEqualTo($"a{Red}[b]{Reset}c");
    }

    static readonly string[] Pieces = ["a", "b", "ab", "c", Red, Reset, "\e[1;42m"];

    [Test]
    public async Task On_a_screen_exactly_the_matches_are_reversed(CancellationToken cancellation)
    {
        var lines = Gen.Int[0, Pieces.Length - 1].Array[0, 12]
            .Select(static chosen => string.Concat(chosen.Select(static i => Pieces[i])));
        lines.Sample(line =>
        {
            var plain = Regex.Replace(line, "\e\\[[0-9;]*m", "");
            var screen = new VtScreen(60, 1);
            screen.Feed(Encoding.UTF8.GetBytes(new Highlighter(new Regex("ab|c")).Mark(line)));
            var expected = new bool[60];
            foreach (Match match in Regex.Matches(plain, "ab|c"))
                for (var i = 0; i < match.Length; i++) expected[match.Index + i] = true;
            return screen.Text == plain
                && Enumerable.Range(0, plain.Length).All(x => IsReversed(screen[x, 0]) == expected[x]);
        });
        await Assert.That(Mark("ab|c", "aabc")).IsEqualTo("a[abc]");
    }

    /// <summary>The last of 7 and 27 counts.</summary>
    static bool IsReversed(VtCell cell) =>
        cell.Style.Split(';').LastOrDefault(static number => number is "7" or "27") == "7";
}
