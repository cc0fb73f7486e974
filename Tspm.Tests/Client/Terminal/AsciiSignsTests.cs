using Tspm.Client.Terminal;
using Tspm.Tests.Client.Monit;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Terminal;

/// <summary>Screens in terminals that do not show UTF-8.</summary>
[Timeout(10_000)]
public sealed class AsciiSignsTests
{
    [Test]
    [Arguments("LANG=de_DE.ISO-8859-1", true), Arguments("LANG=de_DE.UTF-8", false), Arguments("LANG=C", false),
        Arguments("LC_ALL=C LANG=de_DE.UTF-8", true), Arguments("LC_ALL=POSIX", true), Arguments("", false),
        Arguments("LC_ALL=C.utf8 LANG=ja_JP.eucJP", false), Arguments("LC_CTYPE=ja_JP.eucJP LANG=C.UTF-8", true),
        Arguments("LC_ALL= LANG=ru_RU.KOI8-R", true)]
    public async Task The_locale_decides(string variables, bool areNeeded, CancellationToken cancellation)
    {
        var set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            static one => one.Split('=')[0], static one => one.Split('=')[1]);
        await Assert.That(AsciiSigns.AreNeeded(name => set.GetValueOrDefault(name))).IsEqualTo(areNeeded);
    }

    [Test]
    public async Task Each_sign_has_a_similar_one_of_the_same_width(CancellationToken cancellation)
    {
        await Assert.That(AsciiSigns.Of("●", 1)).IsEqualTo("*");
        await Assert.That(AsciiSigns.Of("█", 1)).IsEqualTo("#");
        await Assert.That(AsciiSigns.Of("x", 1)).IsEqualTo("x");
        await Assert.That(AsciiSigns.Of("日", 2)).IsEqualTo("??");
        await Assert.That(AsciiSigns.Of("e\u0301", 1)).IsEqualTo("?");
    }

    [Test]
    public async Task A_screen_in_ASCII_has_the_same_places(CancellationToken cancellation)
    {
        var host = new FakeHost(processes: 50);
        host.Press("Enter");
        var frame = host.Frame();
        var bytes = new ScreenPainter(ColourDepth.Sixteen, isAscii: true).Paint(frame).ToArray();
        await Assert.That(bytes).DoesNotContain(static one => one >= 0x80);
        var terminal = new VtScreen(frame.Width, frame.Height);
        terminal.Feed(bytes);
        var rows = Enumerable.Range(0, frame.Height).Select(terminal.Row).ToList();
        await Assert.That(rows[2]).StartsWith(" * ");
        await Assert.That(rows).Contains(static row => row.Contains("+- ", StringComparison.Ordinal));
        await Assert.That(terminal.HasWrapped).IsFalse();
        // Only the signs of the screen itself, none of them unknown: the names have characters that are.
        host = new FakeHost(processes: 0);
        host.Press("?");
        terminal.Feed(new ScreenPainter(ColourDepth.None, isAscii: true).Paint(host.Frame()));
        await Assert.That(terminal.Text.Replace("? F1", "")).DoesNotContain("?");
    }
}
