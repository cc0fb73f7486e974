using System.Globalization;
using System.Text;
using Tspm.Client.Output;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Tests.Client;

/// <summary>The table of <c>list</c> at every width that a terminal may have.</summary>
[Timeout(120_000)]
public sealed class TerminalTableTests
{
    static readonly string[] Names =
    [
        "web", "a", new('x', 64), "日本", "日本語のプロセス", "日日日日日日日日日日日日日日日日日日日日日", "🚀", "👨‍👩‍👧‍👦 family", "🇩🇪🇯🇵", "❤️❤️❤️",
            "e\u0301e\u0301e\u0301 combined",
        "خادم الويب", "שרת", "सर्वर प्रक्रिया", "한국어 서버", "\u1112\u1161\u11ab", "ｆｕｌｌ", "api:prod",
            "with spaces in it", "٣٤٥", "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307",
    ];

    static ProcessStatus Random(Random random, int id)
    {
        var state = (ProcessState)random.Next(6);
        var name = Names[random.Next(Names.Length)] + (random.Next(3) == 0 ? Names[random.Next(Names.Length)] : "");
        return OutputTests.Status(name, id) with
        {
            State = state, Pid = random.Next(2) == 0 ? null : random.Next(1, 4_194_304),
            Restarts = random.Next(5) == 0 ? random.Next() : 0,
            UptimeMs = random.Next(2) == 0 ? null : random.NextInt64(1L << 40),
            CpuPercent = random.Next(2) == 0 ? null : random.NextDouble() * 6400,
            MemoryBytes = random.Next(2) == 0 ? null : random.NextInt64(1L << 40),
            NextRunAt = random.Next(4) == 0 ? DateTimeOffset.UnixEpoch : null,
            NextStartInMs = random.Next(100_000), Namespace = random.Next(6) == 0 ? "shop 商店" : "default",
            Reason = "exited 1; " + Names[random.Next(Names.Length)],
        };
    }

    static string Print(IReadOnlyList<ProcessStatus> processes, int width)
    {
        var screen = new Screen(isTerminal: true);
        TerminalTable.Print(screen.Writer, processes, [], width);
        return screen.Text;
    }

    /// <summary>Counted on its own: nothing that a terminal shows in two cells may be taken for one.</summary>
    static int Widest(string line)
    {
        var width = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
            var isVowel = rune.Value is >= 0x1160 and < 0x1200;
            var isWide = rune.Value is >= 0x1100 and < 0x1160 or >= 0x2e80 and < 0xa4d0 or >= 0xac00 and < 0xd7a4
                or >= 0xff01 and < 0xff61 or >= 0x1f300;
            width += isMark || isVowel ? 0 : isWide ? 2 : 1;
        }
        return width;
    }

    [Test]
    public async Task No_width_wraps_a_line_or_hides_a_name(CancellationToken cancellation)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            ProcessStatus[] processes = [.. Enumerable.Range(0, random.Next(1, 12)).Select(id => Random(random, id))];
            for (var width = 20; width <= 300; width += random.Next(1, 8))
            {
                var lines = Print(processes, width).TrimEnd('\n').Split('\n');
                var where = $"seed {seed}, width {width}:\n{string.Join('\n', lines)}";
                await Assert.That(lines.Max(static line => CellText.WidthOf(line))).IsLessThanOrEqualTo(width)
                    .Because(where);
                await Assert.That(lines.Max(Widest)).IsLessThanOrEqualTo(width).Because(where);
                var rows = lines[0].StartsWith('╭') ? lines[3..(3 + processes.Length)] : lines[..processes.Length];
                for (var i = 0; i < processes.Length; i++)
                {
                    var first = processes[i].Name.EnumerateRunes().First().ToString();
                    var isCut = rows[i].Contains(first) && rows[i].Contains('…');
                    var isShown = isCut || rows[i].Contains(processes[i].Name);
                    await Assert.That(isShown).IsTrue().Because(where);
                    if (!lines[0].StartsWith('╭')) continue;
                    await Assert.That(rows[i]).Contains(Display.State(processes[i].State)).Because(where);
                    if (lines[1].Contains(" pid ") && processes[i].Pid is { } pid)
                        await Assert.That(rows[i]).Contains($" {pid} ").Because(where);
                }
                if (!lines[0].StartsWith('╭')) continue;
                // Every row is as wide as the first.
                await Assert.That(rows.Select(row => CellText.WidthOf(row)).Distinct())
                    .IsEquivalentTo([CellText.WidthOf(lines[0])]).Because(where);
            }
        }
    }

    [Test]
    [Arguments(140, "id name state next run pid restarts uptime cpu mem")]
    [Arguments(80, "name state next run restarts uptime mem")]
    [Arguments(60, "name state restarts uptime")]
    [Arguments(40, "name state")]
    public async Task Columns_go_by_their_rank(int width, string titles, CancellationToken cancellation)
    {
        var soon = new DateTimeOffset(DateTimeOffset.UtcNow.Year, 12, 31, 23, 0, 0, TimeSpan.Zero);
        var job = OutputTests.Status("job", 2) with
        {
            State = ProcessState.Stopped, NextRunAt = soon, MemoryBytes = 20 << 20,
        };
        var heading = Print([OutputTests.Status("mail-worker-production"), job], width).Split('\n')[1];
        var shown = heading.Split('│', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await Assert.That(string.Join(' ', shown)).IsEqualTo(titles);
    }

    [Test]
    public async Task The_namespace_goes_first_and_is_not_shown_when_all_are_in_the_usual_one(
        CancellationToken cancellation)
    {
        await Assert.That(Print([OutputTests.Status()], 200)).DoesNotContain("namespace");
        await Assert.That(Print([OutputTests.Status() with { Namespace = "shop" }], 200)).Contains("namespace");
        await Assert.That(Print([OutputTests.Status() with { Namespace = "shop" }], 60)).DoesNotContain("namespace")
            .And.Contains(" id ");
    }

    [Test]
    public async Task In_the_last_resort_there_is_one_line_for_each(CancellationToken cancellation)
    {
        ProcessStatus[] processes =
            [OutputTests.Status("日本語のプロセス") with { State = ProcessState.Waiting, NextStartInMs = 12_000 },
            OutputTests.Status("web", 2)];
        await Assert.That(Print(processes, 22)).IsEqualTo("日本語の… waiting 12 s\nweb online\n");
        await Assert.That(Print(processes, 8)).IsEqualTo("日本語…\nweb\n");
        for (var width = 1; width < 20; width++)
            await Assert.That(Print(processes, width).Split('\n').Length).IsEqualTo(3);
    }

    [Test]
    public async Task An_empty_list_is_a_heading(CancellationToken cancellation) =>
        await Assert.That(Print([], 80).Split('\n').Length).IsEqualTo(5);

    [Test]
    [Arguments("日本", 3, "日…"), Arguments("日本", 4, "日本"), Arguments("abc", 2, "a…"), Arguments("abc", 1, "…"),
        Arguments("日本", 2, "…")]
    [Arguments("e\u0301e\u0301e\u0301", 2, "e\u0301…"), Arguments("👨‍👩‍👧x", 5, "👨…"), Arguments("❤️b", 3, "❤️b"),
        Arguments("❤️bc", 3, "❤️…")]
    public async Task A_cut_never_takes_a_character_apart(
        string text, int cells, string expected, CancellationToken cancellation) =>
        await Assert.That(CellText.Cut(text, cells)).IsEqualTo(expected);

    [Test]
    [Arguments("one two three", 8, "one two|  three"), Arguments("abcdefgh", 4, "abcd|  ef|  gh"),
        Arguments("日本日本", 5, "日本|  日|  本"), Arguments("x", 8, "x"), Arguments("日", 1, "日")]
    public async Task Sentences_are_broken_at_spaces_where_there_are_some(
        string text, int cells, string expected, CancellationToken cancellation) =>
        await Assert.That(string.Join('|', CellText.Wrap(text, cells, "  "))).IsEqualTo(expected);
}
