using System.Text;
using System.Text.RegularExpressions;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Output;

/// <summary>Log lines on a terminal: names, marks and colours. What a program writes there does no harm.</summary>
[Timeout(60_000)]
public sealed class LogPrinterTests
{
    static LogLine Line(string text, string name = "web", string stream = "out", int id = 1) =>
        new() { Id = id, Name = name, Instance = 0, Stream = stream, Seq = 1, Text = text };

    static Screen Terminal(ColourDepth colours = ColourDepth.None) => new(isTerminal: true, colours);

    static LogPrinter Printer(Screen screen, bool isRaw = false) =>
        new(screen.Writer, screen.Writer, isRaw, json: false) { MarksErrors = true };

    [Test]
    public async Task Names_are_aligned_from_the_first_line_on(CancellationToken cancellation)
    {
        var screen = Terminal();
        var printer = Printer(screen);
        printer.Expect([new("api", 0), new("front-end", 0), new("日本語", 0)]);
        printer.Print(Line("one", "api"));
        printer.Print(Line("two", "日本語"));
        printer.Print(Line("three", "front-end", "err"));
        printer.Print(Line("four", "a-name-of-more-than-twenty-four-cells"));
        await Assert.That(screen.Text).IsEqualTo(
            "api       | one\n日本語    | two\nfront-end ! three\na-name-of-more-than-twenty-four-cells | four\n");
    }

    [Test]
    public async Task Standard_error_has_a_red_mark_and_each_name_its_colour(CancellationToken cancellation)
    {
        var screen = Terminal(ColourDepth.Sixteen);
        var printer = Printer(screen);
        printer.Expect([new("web", 0), new("api", 0)]);
        printer.Print(Line("out", "web", "out", 1));
        printer.Print(Line("err", "api", "err", 2));
        await Assert.That(screen.Text).IsEqualTo("\e[32mweb\e[0m | out\n\e[33mapi\e[0m \e[31m!\e[0m err\n");
    }

    [Test]
    public async Task Of_a_single_process_only_standard_error_is_marked(CancellationToken cancellation)
    {
        var screen = Terminal();
        var printer = Printer(screen);
        printer.Expect([new("web", 0)]);
        printer.Print(Line("out"));
        printer.Print(Line("err", stream: "err"));
        await Assert.That(screen.Text).IsEqualTo("out\n! err\n");
        var (onlyErrors, one) = (Terminal(), new[] { new InstanceName("web", 0) });
        var second = new LogPrinter(onlyErrors.Writer, onlyErrors.Writer, raw: false, json: false);
        second.Expect(one);
        second.Print(Line("err", stream: "err"));
        await Assert.That(onlyErrors.Text).IsEqualTo("err\n");
    }

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task Without_a_prefix_only_the_lines_remain(bool isTerminal, CancellationToken cancellation)
    {
        var screen = new Screen(isTerminal);
        var printer = new LogPrinter(screen.Writer, screen.Writer, raw: false, json: false)
        {
            MarksErrors = true,
            HidesPrefix = true,
        };
        printer.Expect([new("web", 0), new("api", 0)]);
        printer.Print(Line("out"));
        printer.Print(Line("err", "api", "err"));
        await Assert.That(screen.Text).IsEqualTo("out\nerr\n");
        await Assert.That(printer.AlignsNames).IsFalse();
    }

    /// <summary>In a pipe: neither marks nor alignment, and the bytes as they are.</summary>
    [Test]
    public async Task A_pipe_is_plain(CancellationToken cancellation)
    {
        var screen = new Screen();
        var printer = new LogPrinter(screen.Writer, screen.Writer, raw: false, json: false)
        {
            MarksErrors = true,
            Highlight = new Highlighter(new Regex("x")),
        };
        printer.Expect([new("web", 0), new("front-end", 0)]);
        printer.Print(Line("\e[31mx\e[0m\e[2J", stream: "err"));
        await Assert.That(screen.Text).IsEqualTo("web | \e[31mx\e[0m\e[2J\n");
        await Assert.That(printer.AlignsNames).IsFalse();
    }

    [Test]
    public async Task Matches_are_marked_where_there_are_colours(CancellationToken cancellation)
    {
        foreach (var (colours, expected) in new[]
        {
            (ColourDepth.Sixteen, "an \e[7merror\e[27m\n"), (ColourDepth.None, "an error\n"),
        })
        {
            var screen = Terminal(colours);
            var printer = new LogPrinter(screen.Writer, screen.Writer, raw: false, json: false)
            {
                Highlight = new Highlighter(new Regex("err..")),
            };
            printer.Print(Line("an error"));
            await Assert.That(screen.Text).IsEqualTo(expected);
        }
    }

    /// <summary>Colours pass; no other sequence reaches the terminal, in a line or in a name.</summary>
    [Test]
    public async Task What_a_line_or_a_name_holds_cannot_take_over_the_terminal(CancellationToken cancellation)
    {
        string[] hostile =
        [
            "\e[2J", "\e[H", "\e]0;title\a", "\e]52;c;aGk=\a", "\e[6n", "\e[?1049h", "\eP+q\e\\", "\ec", "\r", "\b",
            "\u009b2J", "\e[5A", "\u0007", "\e[31",
        ];
        foreach (var sequence in hostile)
        {
            var screen = Terminal(ColourDepth.Sixteen);
            var printer = Printer(screen);
            printer.Expect([new("web", 0), new(sequence, 0)]);
            printer.Print(Line($"\e[32mgreen{sequence} end", $"n{sequence}"));
            var seen = new VtScreen(60, 3);
            seen.Feed(Encoding.UTF8.GetBytes(screen.Text.Replace("\n", "\r\n", StringComparison.Ordinal)));
            await Assert.That(seen.Unknown).IsNull();
            await Assert.That(seen.Modes.SequenceEqual([7, 25])).IsTrue();
            await Assert.That(seen.Row(0)).Contains("| green").And.StartsWith("n\\");
            await Assert.That(seen.Row(1)).IsEqualTo("");
            await Assert.That(Regex.IsMatch(screen.Text, "\e(?!\\[[0-9;]*m)|[\u0000-\u0009\u000b-\u001a\u007f-\u009f]"))
                .IsFalse().Because(Regex.Escape(sequence));
            var at = seen.Row(0).IndexOf("green", StringComparison.Ordinal);
            await Assert.That(seen[at, 0].Style).IsEqualTo("32");
            await Assert.That(seen.Style).IsEqualTo("");
        }
    }
}
