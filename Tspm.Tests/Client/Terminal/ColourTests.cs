using System.Buffers;
using System.Text;
using Tspm.Client.Terminal;

namespace Tspm.Tests.Client.Terminal;

/// <summary>A terminal gets the colours that it shows, and none where the user wants none.</summary>
[Timeout(30_000)]
public sealed class ColourTests
{
    static ColourDepth Detect(bool isTerminal, string variables)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static one => one.Split('='))
            .ToDictionary(static pair => pair[0], static pair => pair[1]);
        return ColourSupport.Detect(isTerminal, name => values.GetValueOrDefault(name));
    }

    [Test]
    [Arguments("TERM=xterm", "Sixteen"), Arguments("TERM=xterm-256color", "Palette")]
    [Arguments("TERM=linux", "Sixteen")]
    [Arguments("TERM=screen COLORTERM=truecolor", "Direct"), Arguments("TERM=xterm COLORTERM=24bit", "Direct")]
    [Arguments("TERM=xterm-kitty", "Direct"), Arguments("TERM=xterm-direct", "Direct")]
    [Arguments("TERM=xterm COLORTERM=1", "Sixteen"), Arguments("", "None"), Arguments("TERM=dumb", "None")]
    [Arguments("TERM=dumb COLORTERM=truecolor", "None"), Arguments("TERM=xterm NO_COLOR=1", "None")]
    [Arguments("TERM=xterm NO_COLOR=", "Sixteen"), Arguments("TERM=xterm NO_COLOR=1 FORCE_COLOR=3", "None")]
    [Arguments("TERM=xterm FORCE_COLOR=0", "None"), Arguments("TERM=xterm-256color FORCE_COLOR=1", "Palette")]
    public async Task A_terminal_has_the_colours_of_its_kind(
        string variables, string depth, CancellationToken cancellation) =>
        await Assert.That(Detect(true, variables).ToString()).IsEqualTo(depth);

    [Test]
    [Arguments("TERM=xterm COLORTERM=truecolor", "None"), Arguments("TERM=xterm FORCE_COLOR=1", "Sixteen")]
    [Arguments("FORCE_COLOR=true", "Sixteen"), Arguments("FORCE_COLOR=2", "Palette")]
    [Arguments("FORCE_COLOR=3", "Direct")]
    [Arguments("TERM=xterm-kitty FORCE_COLOR=", "Direct"), Arguments("FORCE_COLOR=false", "None")]
    [Arguments("CLICOLOR_FORCE=1", "Sixteen"), Arguments("CLICOLOR_FORCE=0", "None")]
    [Arguments("NO_COLOR=1 CLICOLOR_FORCE=1", "None"), Arguments("FORCE_COLOR=0 CLICOLOR_FORCE=1", "None")]
    public async Task A_pipe_has_colours_only_if_they_are_forced(
        string variables, string depth, CancellationToken cancellation) =>
        await Assert.That(Detect(false, variables).ToString()).IsEqualTo(depth);

    static string Sgr(Colour colour, ColourDepth depth, bool isBackground = false)
    {
        var bytes = new ArrayBufferWriter<byte>();
        SgrText.Write(bytes, isBackground ? new Style(Background: colour) : Style.Of(colour), depth);
        return Encoding.ASCII.GetString(bytes.WrittenSpan).Replace("\e[0", "").Trim(';', 'm');
    }

    [Test]
    public async Task A_colour_is_replaced_by_the_nearest_one(CancellationToken cancellation)
    {
        var orange = Colour.Direct(255, 135, 0);
        await Assert.That(Sgr(orange, ColourDepth.Direct)).IsEqualTo("38;2;255;135;0");
        await Assert.That(Sgr(orange, ColourDepth.Palette)).IsEqualTo("38;5;208");
        await Assert.That(Sgr(orange, ColourDepth.Sixteen)).IsEqualTo("93");
        await Assert.That(Sgr(orange, ColourDepth.None)).IsEqualTo("");
        await Assert.That(Sgr(Colour.Indexed(208), ColourDepth.Sixteen)).IsEqualTo("93");
        await Assert.That(Sgr(Colour.Direct(128, 128, 128), ColourDepth.Palette)).IsEqualTo("38;5;244");
        await Assert.That(Sgr(Colour.Indexed(244), ColourDepth.Sixteen)).IsEqualTo("90");
        await Assert.That(Sgr(Colour.Direct(0, 0, 10), ColourDepth.Sixteen)).IsEqualTo("30");
        await Assert.That(Sgr(Colour.Direct(130, 0, 0), ColourDepth.Sixteen)).IsEqualTo("31");
        await Assert.That(Sgr(Colour.Direct(255, 255, 255), ColourDepth.Sixteen)).IsEqualTo("97");
        await Assert.That(Sgr(Colour.Green, ColourDepth.Palette, isBackground: true)).IsEqualTo("42");
        await Assert.That(Sgr(Colour.BrightRed, ColourDepth.Sixteen, isBackground: true)).IsEqualTo("101");
        await Assert.That(Sgr(Colour.Own, ColourDepth.Direct)).IsEqualTo("");
    }

    [Test]
    public async Task Effects_are_written_without_colours_too(CancellationToken cancellation)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var all = TextEffects.Bold | TextEffects.Dim | TextEffects.Underline | TextEffects.Reverse;
        SgrText.Write(bytes, new Style(Colour.Red, Colour.Blue, all), ColourDepth.None);
        await Assert.That(Encoding.ASCII.GetString(bytes.WrittenSpan)).IsEqualTo("\e[0;1;2;4;7m");
    }
}
