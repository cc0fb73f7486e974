using System.Text;
using System.Text.Json;
using Tspm.Client.Output;
using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Client;

[Timeout(30_000)]
public sealed class OutputTests
{
    internal static ProcessStatus Status(string name = "web", int id = 1, int instance = 0) => new()
    {
        Id = id,
        Name = name,
        Namespace = "default",
        Instance = instance,
        State = ProcessState.Online,
        Desired = DesiredState.Up,
        Pid = 42,
        UptimeMs = 11_520_000,
        Reason = "started",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Command = "node a.js",
        Cwd = "/srv",
        OutLog = "/o",
        ErrLog = "/e",
    };

    static void Print(Screen screen, IReadOnlyList<ProcessStatus> processes) => ListTable.Print(
        screen.Writer, processes, ListRow.WithSeveral(processes), new ListOptions());

    [Test]
    public async Task A_pipe_gets_plain_columns_with_tabs(CancellationToken cancel)
    {
        var screen = new Screen();
        Print(screen,
        [
            Status() with { CpuPercent = 1.25, MemoryBytes = 3 << 20, ExitCode = 7, Health = false },
            Status("a\u001b[2Jb\n", 2) with
            {
                State = ProcessState.Waiting, Pid = null, UptimeMs = null, NextStartInMs = 2100, Signal = "SIGKILL",
            },
            Status("many", 3) with { Health = true }, Status("many", 3, 1),
        ]);
        await Assert.That(screen.Text).IsEqualTo(
            "id\tname\tnamespace\tstate\tpid\trestarts\tuptime\tcpu\tmem\tinfo\texit\thealth\tnext\n"
            + "1\tweb\tdefault\tonline\t42\t0\t3h 12m\t1.3%\t3 MB\tunhealthy\t7\tunhealthy\t-\n"
            + "2\ta\\e[2Jb\\n\tdefault\twaiting\t-\t0\t-\t-\t-\trestarts in 3 s\tSIGKILL\t-\t-\n"
            + "3\tmany:0\tdefault\tonline\t42\t0\t3h 12m\t-\t-\t-\t-\thealthy\t-\n"
            + "3\tmany:1\tdefault\tonline\t42\t0\t3h 12m\t-\t-\t-\t-\t-\t-\n");
    }

    [Test]
    public async Task A_terminal_gets_a_drawn_table_without_raw_control_characters(CancellationToken cancel)
    {
        var screen = new Screen(isTerminal: true);
        Print(screen, [Status("a\u001b[r]")]);
        await Assert.That(screen.Text).Contains("[r]").And.Contains("online").And.DoesNotContain("\u001b");
    }

    /// <summary>The members that scripts rely on.</summary>
    static readonly string[] Promised =
    [
        "id", "name", "namespace", "instance", "state", "desired", "pid", "restarts", "consecutiveFailures", "uptimeMs",
        "cpuPercent", "memoryBytes", "exitCode",
        "signal", "reason", "nextStartInMs", "nextRunAt", "lastRun", "ready", "health", "startedAt", "createdAt",
        "command",
            "args", "cwd", "user", "project", "outLog", "errLog",
    ];

    [Test]
    public async Task JSON_of_list_has_every_promised_member_also_the_empty_ones(CancellationToken cancel)
    {
        var screen = new Screen();
        JsonPrinter.Print(screen.Writer, [Status("ä") with { Pid = null }],
            PrintJson.Readable.IReadOnlyListProcessStatus);
        using var document = JsonDocument.Parse(screen.Text);
        var entry = document.RootElement[0];
        await Assert.That(entry.EnumerateObject().Select(static member => member.Name)).IsEquivalentTo(Promised);
        await Assert.That(entry.GetProperty("pid").ValueKind).IsEqualTo(JsonValueKind.Null);
        await Assert.That(entry.GetProperty("state").GetString()).IsEqualTo("online");
        await Assert.That(entry.GetProperty("desired").GetString()).IsEqualTo("up");
        await Assert.That(screen.Text).Contains("\"ä\"").And.EndsWith("\n");
    }

    [Test]
    [Arguments("2026-12-01T03:00Z", "12-01 03:00")]
    [Arguments("2026-11-30T22:30Z", "22:30")] // today
    [Arguments("2026-12-01T08:00+09:00", "12-01 08:00 +09:00")] // tomorrow there, today here
    [Arguments("2026-12-01T08:00+13:00", "08:00 +13:00")] // today there, where it is tomorrow already
    [Arguments("2026-11-30T22:30+09:00", "22:30 +09:00")] // today here and there
    [Arguments("2028-02-29T00:00Z", "2028-02-29 00:00")] // another year
    [Arguments("2026-12-01T03:00+09:00", "12-01 03:00 +09:00")] // another zone
    [Arguments("2027-01-01T05:00+09:00", "2027-01-01 05:00 +09:00")] // the new year has begun there
    public async Task A_next_run_has_its_year_and_its_zone_when_they_are_not_the_viewers(string time, string shown,
        CancellationToken cancel)
    {
        // Tests run in UTC.
        await Assert.That(TimeZoneInfo.Local.BaseUtcOffset).IsEqualTo(TimeSpan.Zero);
        var now = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        var at = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        await Assert.That(Display.Moment(at, now)).IsEqualTo(shown);
    }

    static ProcessDescription Description(string name) => new()
    {
        Status = Status(name),
        Config = new ProcessConfig { Name = name, Command = "x" },
        Tree = [new TreeMember { Pid = 1, ParentPid = 0, Command = "x" }],
        RecentExits = [new RecentExit { Pid = 1, EndedAt = DateTimeOffset.UnixEpoch, Reason = "exited 1" }],
        Listen = [],
    };

    [Test]
    public async Task JSON_of_describe_is_one_flat_object_and_an_array_for_several(CancellationToken cancel)
    {
        var screen = new Screen();
        JsonPrinter.PrintDescriptions(screen.Writer, [Description("web")]);
        using var one = JsonDocument.Parse(screen.Text);
        await Assert.That(one.RootElement.EnumerateObject().Select(static member => member.Name))
            .IsEquivalentTo([.. Promised, "config", "tree", "recentExits", "listen"]);
        await Assert.That(one.RootElement.GetProperty("config").GetRawText())
            .IsEqualTo("{\"name\":\"web\",\"command\":\"x\"}");
        await Assert.That(one.RootElement.GetProperty("recentExits")[0].GetProperty("exitCode").ValueKind)
            .IsEqualTo(JsonValueKind.Null);
        var several = new Screen();
        JsonPrinter.PrintDescriptions(several.Writer, [Description("a"), Description("b")]);
        using var two = JsonDocument.Parse(several.Text);
        await Assert.That(two.RootElement.GetArrayLength()).IsEqualTo(2);
    }

    [Test]
    [Arguments("plain ä", "plain ä")]
    [Arguments("\e[31mred\e[0m", "\e[31mred\e[0m")]
    [Arguments("\e[1;38;5;10mx", "\e[1;38;5;10mx")]
    [Arguments("tab\there", "tab\there")]
    [Arguments("\e[2Jgone", "gone")]
    [Arguments("\e[?25lx", "x")]
    [Arguments("\e[>0mx", "x")]
    [Arguments("\e]0;title\ax", "x")]
    [Arguments("\e]0;title\e\\x", "x")]
    [Arguments("\e]52;c;never ended", "")]
    [Arguments("\ePq\e\\x", "x")]
    [Arguments("\ecx", "x")]
    [Arguments("\e(Bx", "x")]
    [Arguments("a\rb\bc\u007f", "abc")]
    [Arguments("\u009b2Jx", "2Jx")]
    [Arguments("à\u00a0é", "à\u00a0é")]
    [Arguments("\e[31", "")]
    [Arguments("\e", "")]
    public async Task On_a_terminal_colours_pass_and_nothing_else_does(string printed, string shown,
        CancellationToken cancel)
    {
        await Assert.That(Encoding.UTF8.GetString(TerminalFilter.Clean(Encoding.UTF8.GetBytes(printed))))
            .IsEqualTo(shown);
    }

    [Test]
    public async Task Multi_byte_letters_survive_the_filter_next_to_controls(CancellationToken cancel)
    {
        await Assert.That(Encoding.UTF8.GetString(TerminalFilter.Clean(Encoding.UTF8.GetBytes("\e[2J日本語 ÀÂ 😀\a"))))
            .IsEqualTo("日本語 ÀÂ 😀");
    }

    static LogLine Line(string? text, string name = "web", int id = 1, bool partial = false, string? base64 = null,
        string stream = "out") =>
        new()
        {
            Id = id,
            Name = name,
            Instance = 0,
            Stream = stream,
            Seq = 1,
            Text = text,
            Base64 = base64,
            Partial = partial,
        };

    [Test]
    public async Task Logs_in_a_pipe_are_the_bytes_that_were_written(CancellationToken cancel)
    {
        var bytes = new List<byte>();
        var writer = new OutputWriter(Keep, isTerminal: false);
        var printer = new LogPrinter(writer, writer, raw: false, json: false);
        printer.Print(Line("a\e[2J"));
        printer.Print(Line(null, base64: Convert.ToBase64String([0xff, 0xfe])));
        printer.Print(Line("half", partial: true));
        printer.Finish();
        writer.Flush();
        await Assert.That(bytes.ToArray())
            .IsEquivalentTo(new byte[] { (byte)'a', 0x1b, (byte)'[', (byte)'2', (byte)'J', 10, 0xff, 0xfe, 10,
                (byte)'h', (byte)'a', (byte)'l', (byte)'f' });

        bool Keep(ReadOnlySpan<byte> part)
        {
            bytes.AddRange(part);
            return true;
        }
    }

    [Test]
    public async Task Names_stand_in_front_of_lines_when_several_speak(CancellationToken cancel)
    {
        var screen = new Screen();
        var printer = new LogPrinter(screen.Writer, screen.Writer, raw: false, json: false) { Several = true };
        printer.Print(Line("one"));
        printer.Print(Line("ha", partial: true));
        printer.Print(Line("other", "api", 2));
        printer.Print(Line("lf"));
        await Assert.That(screen.Text).IsEqualTo("web | one\nweb | ha\napi | other\nweb | lf\n");
    }

    [Test]
    public async Task A_reader_that_goes_away_is_noticed_and_is_no_error(CancellationToken cancel)
    {
        var screen = new Screen { IsGone = true };
        screen.Writer.WriteLine("x");
        screen.Writer.Flush();
        screen.Writer.WriteLine("y");
        await Assert.That(screen.Writer.IsBroken).IsTrue();
        await Assert.That(screen.Text).IsEqualTo("");
    }
}
