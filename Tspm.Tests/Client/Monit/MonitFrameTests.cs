using System.Globalization;
using CsCheck;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Tests.Client.Output;
using Tspm.Tests.Client.Terminal;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Monit;

/// <summary>What <c>monit</c> draws, as files that people can read, and that it fits every screen.</summary>
[Timeout(120_000)]
public sealed class MonitFrameTests
{
    /// <summary>A screen with lines of a log in which there are traps for a terminal.</summary>
    static FakeHost Host(int width, int height, int processes)
    {
        var model = new MonitModel
        {
            Host = "shop",
            DaemonVersion = "2.1.0",
            DaemonSince = SampleProcesses.Now.AddDays(-3),
        };
        var host = new FakeHost(model, width, height, processes);
        // Readings of the last minute, for the bars.
        for (var second = 60; second < 100; second++) host.Update(SampleProcesses.Some(processes), second);
        if (processes == 0) return host;
        string[] lines =
        [
            "listening on :8080", "\e[32mGET /\e[0m 200 in 3 ms", "ERROR could not connect: \e[2J\e]0;title\a\e[6n",
            "日本語のログ 🚀 e\u0301", "a\tb\tc", new('x', 400), "\u202eright to left",
            "{\"level\":\"warn\",\"msg\":\"slow\"}",
        ];
        for (var i = 0; i < lines.Length; i++)
            model.Logs.Buffer.Append(SampleLog.Line(i + 1, lines[i], i % 3 == 2 ? "err" : "out", second: 900 + i));
        model.Logs.Buffer.Append(SampleLog.Line(9, "exited with code 7; restarting in 1 s", "event", second: 910));
        return host;
    }

    [Test]
    [MatrixDataSource]
    public async Task The_screen_is_drawn_as_in_its_file(
        [Matrix(140, 100, 80, 60, 40)] int width, [Matrix(0, 1, 50, 1000)] int count, CancellationToken cancellation)
    {
        var host = Host(width, 24, count);
        await FrameFile.IsAsIn($"monit-{width}-{count}.txt", host.Screen().Text + "\n");
    }

    [Test]
    [Arguments("help", "?"), Arguments("graph", "6"), Arguments("menu", "Enter"), Arguments("delete", "D"),
        Arguments("groups", "g"), Arguments("dependencies", "g g g"),
        Arguments("failures", "!"), Arguments("zoom", "z"), Arguments("wrapped", "Tab W"),
        Arguments("filter", "/ w o"), Arguments("times", "Tab t J")]
    public async Task Its_parts_are_drawn_as_in_their_files(string name, string keys, CancellationToken cancellation)
    {
        var host = Host(120, 30, 12);
        host.Model.Dependencies = new Dictionary<string, IReadOnlyList<string>>
        {
            ["web"] = ["worker-1", "gone"],
            ["worker-1"] = ["worker-3"],
            ["worker-5"] = ["web"],
        };
        foreach (var key in keys.Split(' ')) host.Press(key);
        await FrameFile.IsAsIn($"monit-{name}.txt", host.Screen().Text + "\n");
    }

    [Test]
    [Arguments(400, false), Arguments(512, false), Arguments(513, true), Arguments(900, true)]
    public async Task The_memory_limit_is_a_line_that_only_too_much_memory_crosses(
        int megabytes, bool isOver, CancellationToken cancellation)
    {
        var host = new FakeHost(width: 120, height: 60, processes: 0);
        for (var second = 1; second < 4; second++)
            host.Update([OutputTests.Status("web", 1) with { MemoryBytes = (long)megabytes << 20 }], second);
        host.Press("6");
        await Assert.That(host.Screen().Text).DoesNotContain("limit");
        host.Model.MemoryLimits = new Dictionary<string, long> { ["web"] = 512 << 20 };
        var screen = host.Screen(ColourDepth.Sixteen);
        var rows = Enumerable.Range(0, 60).Select(screen.Row).ToList();
        var line = rows.FindIndex(static row => row.Contains("── limit 512 MB ───", StringComparison.Ordinal));
        await Assert.That(line).IsGreaterThan(0).Because(host.Screen().Text);
        await Assert.That(screen[rows[line].IndexOf("limit", StringComparison.Ordinal), line].Style)
            .IsEqualTo(isOver ? "91" : "33");
        var above = rows[line - 1];
        await Assert.That(above.Contains("memory, 1 minute", StringComparison.Ordinal)).IsEqualTo(!isOver)
            .Because("the row above the line has bars only if the limit is exceeded");
        await Assert.That(rows[line + 1].TrimEnd()[^1]).IsEqualTo(megabytes < 512 ? '▁' : '█');
    }

    [Test]
    public async Task A_restart_count_that_has_risen_is_yellow_for_a_minute(CancellationToken cancellation)
    {
        var host = new FakeHost(processes: 0);
        var old = OutputTests.Status("web", 1) with { Restarts = 3, UptimeMs = 3_600_000 };
        host.Update([old], 100);
        await Assert.That(Colour()).IsEqualTo("7");
        // A child that waits for its next start has no uptime.
        var risen = old with { Restarts = 4, UptimeMs = null, State = ProcessState.Waiting };
        host.Update([risen], 101);
        await Assert.That(Colour()).IsEqualTo("7;93");
        host.Update([risen with { UptimeMs = 1000, State = ProcessState.Online }], 160);
        await Assert.That(Colour()).IsEqualTo("7;93");
        host.Update([risen with { UptimeMs = 2000, State = ProcessState.Online }], 161);
        await Assert.That(Colour()).IsEqualTo("7").Because("a minute has passed");
        host.Update([risen with { Restarts = 0, UptimeMs = 3000, State = ProcessState.Online }], 162);
        await Assert.That(Colour()).IsEqualTo("7").Because("a count that was reset has not risen");
        // The first reading of all knows only how old the child is.
        host = new FakeHost(processes: 0);
        host.Update([old with { UptimeMs = 30_000 }], 100);
        await Assert.That(Colour()).IsEqualTo("7;93");
        host.Update([old with { UptimeMs = 61_000 }], 131);
        await Assert.That(Colour()).IsEqualTo("7");

        string Colour()
        {
            var screen = host.Screen(ColourDepth.Sixteen);
            return screen[screen.Row(2).IndexOf('↻'), 2].Style;
        }
    }

    [Test]
    public async Task Events_are_the_newest_first_and_of_the_selection(CancellationToken cancellation)
    {
        var host = Host(120, 20, 4);
        var ready = new ProcessEvent { Kind = EventKind.Ready, Id = 1, Instance = 0, Name = "web", Seq = 1 };
        host.Model.Add(ready);
        host.Model.Add(ready with { Id = 2, Name = "other", Seq = 2 });
        host.Model.Add(ready with { Kind = EventKind.Errored, Seq = 3, Reason = "x" });
        host.Press("5");
        var text = host.Screen().Text;
        await Assert.That(text).DoesNotContain("other  is ready");
        await Assert.That(text.IndexOf("web  is errored", StringComparison.Ordinal))
            .IsLessThan(text.IndexOf("web  is ready", StringComparison.Ordinal)).And.IsGreaterThan(0);
    }

    [Test]
    public async Task The_environment_is_masked_until_it_is_asked_for(CancellationToken cancellation)
    {
        var host = Host(120, 20, 1);
        host.Press("4", "Tab");
        await Assert.That(host.Screen().Text).Contains("reading …");
        host.Model.Document.Update([StyledText.Of("PASSWORD=secret")]);
        await Assert.That(host.Screen().Text).Contains("PASSWORD=***").And.DoesNotContain("secret");
        host.Press("*");
        await Assert.That(host.Screen().Text).Contains("PASSWORD=secret");
    }

    [Test]
    public async Task A_failed_row_is_red_and_a_program_keeps_its_colours(CancellationToken cancellation)
    {
        var host = Host(140, 40, 10);
        var screen = host.Screen(ColourDepth.Sixteen);
        var rows = Enumerable.Range(0, 40).Select(screen.Row).ToList();
        var failed = rows.FindIndex(static row => row.Contains('✖'));
        await Assert.That(screen[3, failed].Style).IsEqualTo("91");
        var green = rows.FindIndex(static row => row.Contains("GET /"));
        await Assert.That(screen[rows[green].IndexOf("GET", StringComparison.Ordinal), green].Style).IsEqualTo("32");
        var error = rows.FindIndex(static row => row.Contains("ERROR"));
        await Assert.That(screen[rows[error].IndexOf("ERROR", StringComparison.Ordinal), error].Style).IsEqualTo("91");
        await Assert.That(rows[error]).DoesNotContain("title");
    }

    [Test]
    public async Task It_fits_every_screen_whatever_is_pressed(CancellationToken cancellation)
    {
        string[] keys =
        [
            "?", "6", "5", "2", "1", "Tab", "z", "g", "!", "v", "V", "Down", "PageDown", "PageUp", "W", "t", "J", "/",
            "x", "Esc", "Enter", "D", " ", "b", "m", "Right", "K", ":", "Ctrl-R", "日", "End",
        ];
        Gen.Select(Gen.Int[20, 300], Gen.Int[1, 60], Gen.Int[0, 40], Gen.Int[0, keys.Length - 1].Array[0, 8])
            .Sample((width, height, count, pressed) =>
            {
                var host = Host(width, height, count);
                var isGood = true;
                foreach (var key in pressed)
                {
                    host.Press(keys[key]);
                    var screen = host.Screen();
                    isGood &= !screen.HasWrapped && screen.Unknown is null;
                }
                return isGood;
            }, iter: 200);
        await Task.CompletedTask;
    }

    /// <summary>Letters that terminals measure differently must not move what is to their right.</summary>
    [Test]
    public async Task Difficult_lines_do_not_leave_the_pane(CancellationToken cancellation)
    {
        Gen.Select(Letters.Any, Gen.Int[40, 160], Gen.Bool).Sample((line, width, wraps) =>
        {
            var host = Host(width, 20, 3);
            host.Model.Logs.Buffer.Append(SampleLog.Line(50, line));
            if (wraps) host.Press("Tab", "W");
            var screen = host.Screen();
            return !screen.HasWrapped && screen.Unknown is null;
        }, iter: 300);
        await Task.CompletedTask;
    }

    [Test]
    public async Task Bars_show_the_last_readings(CancellationToken cancellation)
    {
        var history = new ReadingHistory();
        for (var second = 0; second < 130; second++)
            history.Add(OutputTests.Status() with { CpuPercent = second, MemoryBytes = second << 10 }, 1000 + second);
        await Assert.That(history.Last(0, false, 3)).IsEquivalentTo([127.0, 128, 129]);
        await Assert.That(history.Last(1, false, 2)).IsEquivalentTo([119.0, 129]);
        await Assert.That(history.Last(0, true, 1)).IsEquivalentTo([129.0 * 1024]);
        history.Add(OutputTests.Status() with { CpuPercent = 7 }, 1133);
        await Assert.That(history.Last(0, false, 4)).IsEquivalentTo([129.0, 129, 129, 7])
            .Because("a missed reading is taken for the one before it");
        await Assert.That(history.Last(0, false, 999).Length).IsEqualTo(ReadingHistory.Steps);
    }
}
