using System.Text;
using CsCheck;
using Tspm.Client.Output;
using Tspm.Client.Output.Describing;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Tests.Client.Terminal;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Output.Describing;

/// <summary><c>describe</c>: one screen on a terminal, one fact per line in a pipe, and no secrets in either.</summary>
[Timeout(120_000)]
public sealed class DescriptionTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static Described Web(ProcessStatus? status = null) => new(
        new ProcessDescription
        {
            Status = status ?? OutputTests.Status() with
            {
                CpuPercent = 1.5,
                MemoryBytes = 40 << 20,
                Ports = [8080, 9090],
                Restarts = 1,
                StartedAt = Now.AddHours(-3.2),
                CreatedAt = Now.AddDays(-1),
                Project = "/srv/shop",
            },
            Config = new ProcessConfig
            {
                Name = "web",
                Command = "node a.js",
                Watch = true,
                Env = new Dictionary<string, string>
                {
                    ["PORT"] = "8080",
                    ["API_TOKEN"] = "hidden",
                    ["DATABASE"] = "pg://user:hidden@host/x",
                },
            },
            Tree =
            [
                new TreeMember
                {
                    Pid = 4711,
                    ParentPid = 9,
                    Command = "node a.js",
                    CpuPercent = 1.2,
                    MemoryBytes = 38 << 20,
                },
                new TreeMember { Pid = 47, ParentPid = 4711, Command = "worker" },
                new TreeMember { Pid = 48, ParentPid = 47, Command = "a\e[2J", CpuPercent = 0, MemoryBytes = 1 << 20 },
            ],
            RecentExits =
            [
                new RecentExit { Pid = 4700, EndedAt = Now.AddHours(-4), Reason = "exited with code 1" },
                new RecentExit { Pid = 0, EndedAt = Now.AddDays(-2), Reason = "stopped by user" },
            ],
            Listen = ["127.0.0.1:8080"],
        },
        "web", ["listening", "GET /"], ShowsSecrets: false);

    static VtScreen Draw(Described described, int width, int height = 40, bool joins = true)
    {
        var screen = new Screen(isTerminal: true, ColourDepth.Sixteen);
        DrawnDescription.Print(new StreamSink(screen.Writer), described, new TerminalSize(width, height), Now);
        var seen = new VtScreen(width, 200, joins);
        seen.Feed(Encoding.UTF8.GetBytes(screen.Text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        return seen;
    }

    static string Plain(params Described[] processes)
    {
        var screen = new Screen();
        DescriptionPrinter.Print(screen.Writer, processes);
        return screen.Text;
    }

    /// <summary>State, last lines, ports, tree, exits, config: in this order.</summary>
    [Test]
    [Arguments(140), Arguments(80)]
    public async Task A_terminal_shows_one_screen(int width, CancellationToken cancellation)
    {
        const string expected = """
            ● web  online
            reason     started
            runs       pid 42, up 3h 12m, cpu 1.5%, mem 40 MB, 1 restart
            output     listening
                       GET /
            ports      8080, 9090
            listen     127.0.0.1:8080
            tree       4711  1.2%  38 MB  node a.js
                         47     -      -    worker
                         48  0.0%   1 MB      a\e[2J
            exit       08:00:00 pid 4700: exited with code 1
                       11-28 12:00:00: stopped by user
            command    node a.js
            cwd        /srv
            user       the daemon's user
            out log    /o
            err log    /e
            id         1, namespace default, project /srv/shop
            created    11-29 12:00:00, started 08:48:00
            config     watch = true
            env        PORT=8080
                       API_TOKEN=***
                       DATABASE=***
            """;
        var seen = Draw(Web(), width);
        await Assert.That(seen.Text).IsEqualTo(expected.ReplaceLineEndings("\n"));
        await Assert.That(seen.Text.Split('\n').Length).IsLessThan(24);
        await Assert.That(seen[0, 0].Style).IsEqualTo("32");
        await Assert.That(seen[2, 0].Style).IsEqualTo("1;32");
        await Assert.That(seen[7, 0].Style).IsEqualTo("32");
        await Assert.That(seen[0, 1].Style).IsEqualTo("2");
        await Assert.That(seen[11, 1].Style).IsEqualTo("");
    }

    [Test]
    public async Task The_state_has_its_colour_and_says_what_comes_next(CancellationToken cancellation)
    {
        var status = OutputTests.Status() with
        {
            State = ProcessState.Stopping,
            StopSignal = "SIGTERM",
            KillInMs = 7000,
            Desired = DesiredState.Down,
        };
        var seen = Draw(Web(status), 80);
        await Assert.That(seen.Row(0)).IsEqualTo("◑ web  stopping, SIGTERM sent, SIGKILL in 7 s");
        await Assert.That(seen[7, 0].Style).IsEqualTo("93");
        await Assert.That(seen.Text).Contains(", desired down");
        var failed = Draw(Web(status with { State = ProcessState.Errored, ConsecutiveFailures = 10 }), 80);
        await Assert.That(failed[0, 0].Style).IsEqualTo("91");
        await Assert.That(failed.Text).Contains(", 10 failures in a row");
    }

    [Test]
    [Arguments(60, "exit       08:00:00 pid 4700: exited with code 1")]
    [Arguments(40, "exit       08:00:00 pid 4700: exited wi…")]
    [Arguments(20, "exit       08:00:00…")]
    public async Task A_narrow_terminal_cuts_lines_and_wraps_only_sentences(
        int width, string exit, CancellationToken cancellation)
    {
        var status = OutputTests.Status() with { Reason = "exited with code 1; see: tspm why web, and more words" };
        var seen = Draw(Web(status), width);
        await Assert.That(seen.HasWrapped).IsFalse();
        await Assert.That(seen.Text.Split('\n')).Contains(exit);
        if (width < 60) return;
        await Assert.That(seen.Row(1)).IsEqualTo("reason     exited with code 1; see: tspm why web, and more");
        await Assert.That(seen.Row(2)).IsEqualTo("           words");
        await Assert.That(Draw(Web(status), 40).Row(2)).IsEqualTo("           why web, and more words");
    }

    [Test]
    public async Task As_many_of_the_last_lines_are_shown_as_have_room(CancellationToken cancellation)
    {
        var described = Web() with { LastLines = [.. Enumerable.Range(1, 10).Select(static i => $"line {i}")] };
        // The other 21 lines, the command and the prompt.
        foreach (var (rows, lines) in new[] { (10, 3), (24, 3), (28, 5), (32, 9), (60, 10) })
        {
            var text = Draw(described, 80, rows).Text;
            await Assert.That(text.Split("line ").Length - 1).IsEqualTo(lines).Because($"{rows} rows");
            await Assert.That(text).Contains("line 10");
            if (rows >= 28) await Assert.That(text.Split('\n').Length + 2).IsLessThanOrEqualTo(rows);
        }
    }

    [Test]
    public async Task A_pipe_gets_a_fact_per_line(CancellationToken cancellation)
    {
        var text = Plain(Web());
        foreach (var line in new[]
        {
            "name\tweb", "state\tonline", "cpu\t1.5%", "output\tlistening", "ports\t8080, 9090",
            "tree\t4711 (parent 9, cpu 1.2%, mem 38 MB) node a.js", "tree\t47 (parent 4711, cpu -, mem -) worker",
            "exit\t2026-11-30 08:00:00 +00:00 pid 4700: exited with code 1", "config\twatch = true", "env\tPORT=8080",
            "env\tAPI_TOKEN=***",
        })
            await Assert.That(text.Split('\n')).Contains(line);
        await Assert.That(text).DoesNotContain("\e").And.DoesNotContain("hidden");
        string[] order = ["\nstate\t", "\noutput\t", "\nports\t", "\ntree\t", "\nexit\t", "\nconfig\t"];
        var places = order.Select(label => text.IndexOf(label, StringComparison.Ordinal)).ToList();
        await Assert.That(places.SequenceEqual(places.Order())).IsTrue();
        await Assert.That(Plain(Web() with { ShowsSecrets = true })).Contains("env\tAPI_TOKEN=hidden")
            .And.Contains("pg://user:hidden@host");
        await Assert.That(Plain(Web(), Web() with { Name = "api" })).Contains("\n\nname\tapi\n");
    }

    [Test]
    public async Task Nothing_is_wider_than_the_terminal(CancellationToken cancellation)
    {
        Gen.Select(Letters.Any, Letters.Any, Gen.Int[1, 100], Gen.Bool).Sample((name, text, width, joins) =>
        {
            var described = Web(OutputTests.Status(name) with { Reason = text, Command = text }) with
            {
                Name = Display.Name(name, 0, false),
                LastLines = [ControlText.Escape(text)],
            };
            var seen = Draw(described, width, joins: joins);
            return !seen.HasWrapped && seen.Unknown is null;
        });
        await Assert.That(Draw(Web(), 1).HasWrapped).IsFalse();
    }
}
