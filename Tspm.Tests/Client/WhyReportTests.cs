using System.Text.Json;
using Tspm.Client;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Tests.Client;

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
        report.MarkDeleted();
        await Assert.That(string.Join(' ', report.Instances.Select(
            static one => one.IsDeleted ? $"({one.Name})" : one.Name))).IsEqualTo("p2 p4 (p1) (p3)");
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
            Kind = EventKind.Exited, Id = word[1] - '0', Instance = 0, Name = word, ExitCode = 1,
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

            bool IsFor(string method) => request.Contains($"\"method\":\"{method}\"", StringComparison.Ordinal);
        });
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer) { Pause = static _ => { } };
        await Assert.That(CommandLine.Run(session, ["why", .. words.Split(' ')])).IsEqualTo(0).Because(errors.Text);
        var heads = output.Text.Split('\n').Where(static line => line is ['p', ..]);
        await Assert.That(string.Join(", ", heads.Select(static line => line.Split(" is ")[0]))).IsEqualTo(expected);

        static string Notice(ProcessEvent happened)
        {
            var parameters = JsonSerializer.Serialize(happened, Wire.Json.ProcessEvent);
            return $$"""{"jsonrpc":"2.0","method":"{{Methods.Event}}","params":{{parameters}}}""" + "\n";
        }
    }
}
