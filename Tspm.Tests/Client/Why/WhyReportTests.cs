using System.Text.Json;
using Tspm.Client;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Why;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Client.Why;

/// <summary>What <c>why</c> makes of the events and of what is there.</summary>
[Timeout(10_000)]
internal sealed class WhyReportTests
{
    [Test]
    public async Task What_is_gone_is_marked_and_comes_last(CancellationToken cancellation)
    {
        var report = new WhyReport();
        foreach (var id in (int[])[3, 1, 2])
            report.Add(new ProcessEvent { Kind = EventKind.Exited, Id = id, Instance = 0, Name = $"p{id}" });
        report.Add(OutputTests.Status("p2") with { Id = 2 });
        // It has no events.
        report.Add(OutputTests.Status("p4") with { Id = 4 });
        report.Complete(static instance => instance.Status is not null);
        await Assert.That(string.Join(' ', report.Instances.Select(
            static one => one.IsDeleted ? $"({one.Name})" : one.Name))).IsEqualTo("p2 p4 (p3) (p1)");
    }

    static WhyReport Report(int shown, params ProcessEvent[] events)
    {
        var report = new WhyReport(shown);
        for (var i = 0; i < events.Length; i++) report.Add(events[i] with { Seq = i + 1 });
        report.Add(OutputTests.Status("web") with { Id = 9 });
        report.Complete(static instance => instance.Status is not null);
        return report;
    }

    static ProcessEvent Exit(int id, string name, int code, int instance = 0) => new()
    {
        Kind = EventKind.Exited,
        Id = id,
        Instance = instance,
        Name = name,
        ExitCode = code,
    };

    static string Show(WhyReport report) => string.Join(' ', report.Instances.Select(static one =>
        $"{one.Id}:{string.Join(',', one.Exits.Select(static exit => exit.Event.ExitCode))}"));

    /// <summary>Which of the processes that had a name one after the other it was does not matter.</summary>
    [Test]
    [Arguments(1, "9:6"), Arguments(2, "9:6,5"), Arguments(3, "9:6,5 3:4"), Arguments(5, "9:6,5 3:4,3 2:2")]
    [Arguments(0, "9:"), Arguments(9, "9:6,5 3:4,3 2:2 1:1")]
    public async Task As_many_exits_as_asked_for_in_all_of_a_name(
        int shown, string expected, CancellationToken cancellation) =>
        await Assert.That(Show(Report(
            shown, Exit(1, "web", 1), Exit(2, "web", 2), Exit(3, "web", 3), Exit(3, "web", 4), Exit(9, "web", 5),
            Exit(9, "web", 6)))).IsEqualTo(expected);

    [Test]
    public async Task Other_names_and_instances_have_exits_of_their_own(CancellationToken cancellation) =>
        await Assert.That(Show(Report(
            1, Exit(1, "api", 1), Exit(2, "web", 2), Exit(3, "api", 3), Exit(9, "web", 5), Exit(3, "api", 4, 1))))
            .IsEqualTo("9:5 3:3 3:4");

    [Test]
    public async Task A_process_that_was_not_kept_is_another_one(CancellationToken cancellation)
    {
        ProcessEvent Failed(string name) => Exit(9, name, 0) with { Kind = EventKind.Failed, ExitCode = null };
        ProcessEvent Withdrawn(string name) => Failed(name) with { Kind = EventKind.Withdrawn };
        var report = Report(
            5, Failed("qq"), Withdrawn("qq"), Failed("zz"), Withdrawn("zz"), Exit(9, "web", 7));
        await Assert.That(string.Join(' ', report.Instances.Select(static one =>
            $"{one.Name}:{one.Exits.Count}:{one.WasWithdrawn}:{one.IsDeleted}")))
            .IsEqualTo("web:1:False:False zz:1:True:True qq:1:True:True");
        await Assert.That(report.Find(9, 0)!.Name).IsEqualTo("web");
    }

    [Test]
    [Arguments("p2", "p2"), Arguments("p4", "p4"), Arguments("p1", "p1 (deleted)")]
    [Arguments("p1 p2", "p2, p1 (deleted)")]
    public async Task Words_mean_what_is_there_and_what_is_gone(
        string words, string expected, CancellationToken cancellation)
    {
        // p1 is gone, and p4 has never ended.
        var ended = words.Split(' ').Where(static word => word != "p4").Select(static word => new ProcessEvent
        {
            Kind = EventKind.Exited,
            Id = word[1] - '0',
            Instance = 0,
            Name = word,
            ExitCode = 1,
        });
        var present = new ListResponse
        {
            Processes = [OutputTests.Status("p2") with { Id = 2 }, OutputTests.Status("p4") with { Id = 4 }],
        };
        using var daemon = new FakeDaemon(request =>
        {
            if (IsFor(Methods.Events))
                return string.Concat(ended.Select(Notice)) + FakeDaemon.Result(request, """{"events":1}""");
            return IsFor(Methods.List)
                ? FakeDaemon.Result(request, JsonSerializer.Serialize(present, Wire.Json.ListResponse))
                : FakeDaemon.Error(request, ErrorCode.NoSuchProcess, "no");

            bool IsFor(Method method) => request.Contains($"\"method\":\"{method}\"", StringComparison.Ordinal);
        });
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer) { Pause = static _ => { } };
        await Assert.That(CommandRouter.Run(session, ["why", .. words.Split(' ')])).IsEqualTo(0).Because(errors.Text);
        var heads = output.Text.Split('\n').Where(static line => line is ['p', ..]);
        await Assert.That(string.Join(", ", heads.Select(static line => line.Split(" is ")[0]))).IsEqualTo(expected);

        static string Notice(ProcessEvent happened)
        {
            var parameters = JsonSerializer.Serialize(happened, Wire.Json.ProcessEvent);
            return $$"""{"jsonrpc":"2.0","method":"{{Notifications.Event}}","params":{{parameters}}}""" + "\n";
        }
    }

    /// <summary>With <c>-H</c>, each connection is a log-in of its own.</summary>
    [Test]
    public async Task Everything_is_asked_over_one_connection(CancellationToken cancellation)
    {
        var ended = new ProcessEvent
        {
            Kind = EventKind.Exited,
            Id = 1,
            Instance = 0,
            Name = "p1",
            ExitCode = 1,
            RunId = "r1",
        };
        var present = new ListResponse { Processes = [OutputTests.Status("p1") with { Id = 1 }] };
        using var daemon = new FakeDaemon(request => Method(request) switch
        {
            "events" => Notice(Notifications.Event, JsonSerializer.Serialize(ended, Wire.Json.ProcessEvent))
                + FakeDaemon.Result(request, """{"events":1}"""),
            "list" => FakeDaemon.Result(request, JsonSerializer.Serialize(present, Wire.Json.ListResponse)),
            "describe" => FakeDaemon.Result(request, """{"processes":[]}"""),
            "logs" => Notice(
                Notifications.Log, """{"id":1,"instance":0,"stream":"out","name":"p1","text":"the end","seq":8}""")
                + FakeDaemon.Result(request, """{"lines":1}"""),
            _ => null,
        })
        { Hello = """{"version":"1","protocolVersion":3,"oldestProtocolVersion":1,"pid":1}""" };
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer) { Pause = static _ => { } };
        await Assert.That(CommandRouter.Run(session, ["why", "p1"])).IsEqualTo(0).Because(errors.Text);
        await Assert.That(output.Text).EndsWith("  the end\n");
        await Assert.That(string.Join(' ', daemon.Requests.Select(Method))).IsEqualTo("events list describe logs");
        await Assert.That(daemon.Connections).IsEqualTo(1);

        static string Method(string request) =>
            JsonDocument.Parse(request).RootElement.GetProperty("method").GetString()!;

        static string Notice(string method, string parameters) =>
            $$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}}}""" + "\n";
    }

    [Test]
    [Arguments(0, 1, false), Arguments(1, 1, false), Arguments(0, 0, true)]
    public async Task Exits_that_are_not_shown_were_recorded_nevertheless(
        int shown, int exits, bool saysNone, CancellationToken cancellation)
    {
        var screen = new Screen();
        WhyPrinter.Print(screen.Writer, Report(shown, [.. Enumerable.Repeat(Exit(9, "web", 1), exits)]), json: false);
        await Assert.That(screen.Text.Contains("no exits recorded yet")).IsEqualTo(saysNone);
        await Assert.That(screen.Text).StartsWith("web is online: ");
    }
}
