using Tspm.Client.Output;
using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Tests.Client.Terminal;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Output.Listing;

/// <summary>The table of <c>list</c> at every width that a terminal may have.</summary>
[Timeout(120_000)]
public sealed class DrawnListTests
{
    static string[] Names => Letters.Difficult;

    static ProcessStatus Random(Random random, int id)
    {
        var state = (ProcessState)random.Next(6);
        var name = Names[random.Next(Names.Length)] + (random.Next(3) == 0 ? Names[random.Next(Names.Length)] : "");
        return OutputTests.Status(name, id) with
        {
            State = state,
            Pid = random.Next(2) == 0 ? null : random.Next(1, 4_194_304),
            Restarts = random.Next(5) == 0 ? random.Next() : 0,
            UptimeMs = random.Next(2) == 0 ? null : random.NextInt64(1L << 40),
            CpuPercent = random.Next(2) == 0 ? null : random.NextDouble() * 6400,
            MemoryBytes = random.Next(2) == 0 ? null : random.NextInt64(1L << 40),
            NextRunAt = random.Next(4) == 0 ? DateTimeOffset.UnixEpoch : null,
            NextStartInMs = random.Next(2) == 0 ? null : random.Next(100_000),
            WaitsFor = random.Next(2) == 0 ? null : $"http://127.0.0.1/{Names[random.Next(Names.Length)]}",
            StartTimeoutInMs = random.Next(2) == 0 ? null : random.Next(1_000_000),
            StopSignal = random.Next(2) == 0 ? null : "SIGTERM",
            KillInMs = random.Next(2) == 0 ? null : random.Next(100_000),
            LastRun = random.Next(2) == 0 ? null : new LastRun
            {
                EndedAt = DateTimeOffset.UnixEpoch,
                ExitCode = random.Next(3),
                Cause = random.Next(2) == 0 ? "exit" : "crash",
            },
            Namespace = random.Next(6) == 0 ? "shop 商店" : "default",
            Reason = "exited 1; " + Names[random.Next(Names.Length)],
        };
    }

    static ListRow[] Rows(IReadOnlyList<ProcessStatus> processes) =>
        ListRow.From(processes, [], TimeProvider.System.GetLocalNow());

    static string Print(IReadOnlyList<ProcessStatus> processes, int width, ListOptions? options = null)
    {
        var screen = new Screen(isTerminal: true);
        DrawnList.Print(new StreamSink(screen.Writer), Rows(processes), options ?? new ListOptions(), width);
        return screen.Text;
    }

    static string PrintWithTotals(
        IReadOnlyList<ProcessStatus> processes, int width, ColourDepth colours = ColourDepth.None,
        ListOptions? options = null)
    {
        var screen = new Screen(isTerminal: true, colours);
        ListTable.PrintDrawn(screen.Writer, Rows(processes), options ?? new ListOptions(), width);
        return screen.Text;
    }

    /// <summary>
    /// What terminals show, those that join emoji and those that do not: no text may be wider than calculated in any.
    /// </summary>
    static async Task NothingWraps(string text, int width, string where)
    {
        foreach (var joins in new[] { true, false })
        {
            var terminal = new VtScreen(width, text.Count(static letter => letter == '\n') + 1, joins);
            terminal.Feed(System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
            await Assert.That(terminal.HasWrapped).IsFalse().Because(where);
        }
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
                var text = PrintWithTotals(processes, width);
                var lines = text.TrimEnd('\n').Split('\n');
                var where = $"seed {seed}, width {width}:\n{string.Join('\n', lines)}";
                await Assert.That(lines.Max(static line => CellText.WidthOf(line))).IsLessThanOrEqualTo(width)
                    .Because(where);
                await NothingWraps(text, width, where);
                var rows = lines[0].StartsWith('╭') ? lines[3..(3 + processes.Length)] : lines[..processes.Length];
                for (var i = 0; i < processes.Length; i++)
                {
                    var name = ControlText.Escape(processes[i].Name).Replace('\ud800', '\ufffd');
                    var isCut = rows[i].Contains(name.EnumerateRunes().First().ToString()) && rows[i].Contains('…');
                    var isShown = isCut || rows[i].Contains(name);
                    await Assert.That(isShown).IsTrue().Because(where);
                    if (!lines[0].StartsWith('╭')) continue;
                    await Assert.That(rows[i]).Contains(" " + Display.State(processes[i].State)).Because(where);
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
    [Arguments(140, "id name state info pid restarts uptime cpu mem")]
    [Arguments(80, "name state info restarts uptime")]
    [Arguments(60, "name state restarts uptime")]
    [Arguments(48, "name state uptime")]
    [Arguments(40, "name state")]
    public async Task Columns_go_by_their_rank(int width, string titles, CancellationToken cancellation)
    {
        var soon = new DateTimeOffset(DateTimeOffset.UtcNow.Year, 12, 31, 23, 0, 0, TimeSpan.Zero);
        var job = OutputTests.Status("job", 2) with
        {
            State = ProcessState.Stopped,
            NextRunAt = soon,
            MemoryBytes = 20 << 20,
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
        await Assert.That(Print([OutputTests.Status() with { Namespace = "shop" }], 66)).DoesNotContain("namespace")
            .And.Contains(" id ");
    }

    [Test]
    public async Task In_the_last_resort_there_is_one_line_for_each(CancellationToken cancellation)
    {
        ProcessStatus[] processes =
            [OutputTests.Status("日本語のプロセス") with { State = ProcessState.Waiting, NextStartInMs = 12_000 },
            OutputTests.Status("web", 2)];
        await Assert.That(Print(processes, 23)).IsEqualTo("日本語… ◌ waiting 12 s\nweb ● online\n");
        await Assert.That(Print(processes, 19)).IsEqualTo("日本語の… ◌ waiting\nweb ● online\n");
        await Assert.That(Print(processes, 10)).IsEqualTo("日本語… ◌\nweb ●\n");
        await Assert.That(Print(processes, 4)).IsEqualTo("日…\nweb\n");
        for (var width = 1; width < 20; width++)
            await Assert.That(Print(processes, width).Split('\n').Length).IsEqualTo(3);
    }

    static readonly ProcessStatus Held = OutputTests.Status("api") with
    {
        State = ProcessState.Waiting,
        Pid = null,
        UptimeMs = null,
        Reason = "waits for db to be ready",
    };

    [Test]
    [Arguments(140), Arguments(80)]
    public async Task What_a_process_waits_for_has_a_column(int width, CancellationToken cancellation)
    {
        var text = PrintWithTotals([Held, OutputTests.Status("web", 2)], width);
        await Assert.That(text).Contains("│ ◌ waiting │ waits for db to be ready │");
        await Assert.That(text).DoesNotContain("api: ");
    }

    [Test]
    [Arguments(60), Arguments(40), Arguments(30)]
    public async Task What_has_no_room_in_the_table_stands_below_it(int width, CancellationToken cancellation)
    {
        ProcessStatus[] processes = [Held with { Name = "a-rather-long-name-of-an-api" }, OutputTests.Status("web", 2)];
        var text = PrintWithTotals(processes, width);
        await Assert.That(text).DoesNotContain("info");
        var below = text.Split('╯').Last().ReplaceLineEndings("").Replace("  ", " ");
        await Assert.That(below).StartsWith("a-rather-long-name-of-an-api: waits").And.Contains("ready");
    }

    [Test]
    public async Task A_cut_info_stands_below_the_table_when_it_is_pressing(CancellationToken cancellation)
    {
        var done = OutputTests.Status("migrations-of-the-db", 2) with
        {
            State = ProcessState.Stopped,
            LastRun = new LastRun { EndedAt = DateTimeOffset.UtcNow, ExitCode = 0, Cause = "exit" },
        };
        var slow = Held with { Name = "mail-worker-production", Reason = "waits for a-rather-long-name to be ready" };
        var text = Print([slow, done], 80);
        await Assert.That(text).Contains("…").And.Contains("mail-worker-production: waits for a-rather-long-name");
        await Assert.That(text.Split('╯').Last()).DoesNotContain("completed");
    }

    [Test]
    public async Task The_last_line_counts(CancellationToken cancellation)
    {
        ProcessStatus[] processes =
        [
            OutputTests.Status() with { CpuPercent = 1.5, MemoryBytes = 1 << 20 },
            OutputTests.Status("b", 2) with { CpuPercent = 2.5, MemoryBytes = 2 << 20 }, Held,
        ];
        await Assert.That(PrintWithTotals(processes, 140)).EndsWith("╯\n2 online, 1 waiting; cpu 4.0%, mem 3 MB\n");
        await Assert.That(PrintWithTotals([Held, Held], 140)).EndsWith("╯\n2 waiting\n");
        await Assert.That(PrintWithTotals([Held], 140)).EndsWith("╯\n");
    }

    [Test]
    public async Task An_empty_list_has_no_frame(CancellationToken cancellation) =>
        await Assert.That(PrintWithTotals([], 80)).IsEmpty();

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
