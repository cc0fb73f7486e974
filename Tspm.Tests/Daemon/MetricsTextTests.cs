using Tspm.Client;
using Tspm.Client.Connection;
using Tspm.Daemon;
using Tspm.Daemon.Control;
using Tspm.Daemon.Handlers;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Tspm.Tests.Client;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Daemon;

/// <summary>Both formats of <c>metrics</c>, held against their grammars; real readers are in the scenarios.</summary>
[Timeout(60_000)]
internal sealed class MetricsTextTests
{
    static readonly string[] Hostile =
    [
        "\"", "\\", "\\\"", "a\nb", "\\n", "}", "{", ",", "=\"", "# EOF", "a\r",
        "\t", "", " ", "日本", "👨‍👩‍👧", "x\u2028y", "\u0001",
        "le=\"+Inf\"", "1 2 3", "\\\\\n\"",
    ];

    static string Write(bool isOpenMetrics)
    {
        var text = new MetricsText(isOpenMetrics);
        text.Family("things", MetricsText.Counter, "What \"it\" is,\nwith a \\ in it.");
        foreach (var value in Hostile) text.Sample("things_total", 1, "name", value, "other", value);
        text.Family("size_bytes", MetricsText.Gauge, "Sizes.");
        double[] numbers = [0, -1.5, 1e300, 1e-300, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        for (var i = 0; i < numbers.Length; i++) text.Sample("size_bytes", numbers[i], "i", $"{i}");
        text.Sample("size_bytes", null, "i", "none");
        text.Family("empty", MetricsText.Gauge, "Nothing was observed.");
        text.Family("build", MetricsText.Info, "Which one.");
        text.Sample("build_info", 1, "version", "1");
        text.Family("took_seconds", MetricsText.Histogram, "How long.");
        text.Sample("took_seconds_bucket", 1, "method", "a", "le", "0.1");
        text.Sample("took_seconds_bucket", 2, "method", "a", "le", "+Inf");
        text.Sample("took_seconds_count", 2, "method", "a");
        text.Sample("took_seconds_sum", 0.3, "method", "a");
        return text.End();
    }

    [Test]
    public async Task Whatever_the_labels_are_OpenMetrics_stays_valid(CancellationToken cancellation)
    {
        var text = Write(isOpenMetrics: true);
        await Assert.That(MetricsCheck.OpenMetricsProblem(text)).IsNull().Because(text);
        await Assert.That(text).Contains("# TYPE tspm_things counter\n").And.Contains("# TYPE tspm_build info\n")
            .And.Contains("# UNIT tspm_size_bytes bytes\n").And.Contains("# UNIT tspm_took_seconds seconds\n")
            .And.Contains("What \\\"it\\\" is,\\nwith a \\\\ in it.\n").And.EndsWith("# EOF\n");
        await Assert.That(MetricsCheck.PrometheusProblem(text)).IsNotNull();
    }

    [Test]
    public async Task Whatever_the_labels_are_the_older_format_stays_valid(CancellationToken cancellation)
    {
        var text = Write(isOpenMetrics: false);
        await Assert.That(MetricsCheck.PrometheusProblem(text)).IsNull().Because(text);
        await Assert.That(text).Contains("# TYPE tspm_things_total counter\n")
            .And.Contains("# TYPE tspm_build_info gauge\n")
            .And.Contains("# HELP tspm_things_total What \"it\" is,\\nwith a \\\\ in it.\n")
            .And.DoesNotContain("# UNIT").And.DoesNotContain("\n# EOF");
        await Assert.That(MetricsCheck.OpenMetricsProblem(text)).IsNotNull();
    }

    [Test]
    [Arguments("# TYPE a gauge\n# HELP a x\na 1\na 1\n", "twice")]
    [Arguments("# TYPE a gauge\n# HELP a x\na{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 1\n", "twice")]
    [Arguments("# TYPE a gauge\n# HELP a x\na 1 1700000000\n", "malformed")]
    [Arguments("# TYPE a gauge\n# HELP a x\na{b=\"\\x\"} 1\n", "malformed")]
    [Arguments("# TYPE a gauge\na 1\n", "before its descriptors")]
    [Arguments("a 1\n# TYPE a gauge\n", "before its descriptors")]
    [Arguments("# TYPE a gauge\n# HELP a x\na 1\n# TYPE b gauge\n# HELP b x\nb 1\na 1\n", "not of this family")]
    [Arguments("# TYPE a counter\n# HELP a x\na 1\n", "a counter without _total")]
    [Arguments("# TYPE a info\n# HELP a x\na_info 1\n", "unknown type")]
    [Arguments("# TYPE a gauge\n# UNIT a bytes\n# HELP a x\n", "given twice, or unknown")]
    [Arguments("# TYPE a gauge\n# HELP a x\\y\na 1\n", "wrongly escaped")]
    [Arguments("# TYPE a histogram\n# HELP a x\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n", "that shrinks")]
    [Arguments("# TYPE a histogram\n# HELP a x\na_bucket{le=\"1\"} 2\na_count 2\n", "not the count of +Inf")]
    [Arguments("# TYPE a histogram\n# HELP a x\na_bucket{le=\"1\"} 2\n", "no bucket +Inf")]
    [Arguments("# TYPE a gauge\n# HELP a x\na 1", "no line break")]
    [Arguments("# TYPE a gauge\n# HELP a x\na 1\n# EOF\n", "not a descriptor")]
    public async Task The_check_finds_what_readers_refuse(
        string text, string problem, CancellationToken cancellation) =>
        await Assert.That(MetricsCheck.PrometheusProblem(text)).Contains(problem);

    [Test]
    public async Task The_daemon_writes_both_formats_about_processes_of_any_name(CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        var names = new[] { "a\"b", "back\\slash", "日本 {}", "le=\"1\"", "# EOF", "n\\n" };
        await world.Handle.Order(new SupervisorCommand.Add
        {
            Define =
            [
                .. names.Select(name =>
                    new ProcessConfig { Name = name, Command = "x", ProjectDir = "/", Namespace = name }),
            ],
            Caller = new CallerSettings { Environment = new Dictionary<string, string>() },
        });
        foreach (var (format, check) in new (string?, Func<string, string?>)[]
        {
            (null, MetricsCheck.OpenMetricsProblem), (MetricsFormat.OpenMetrics, MetricsCheck.OpenMetricsProblem),
            (MetricsFormat.Prometheus, MetricsCheck.PrometheusProblem),
        })
        {
            var request = new MetricsRequest { Format = format };
            var answer = await new MetricsHandler().Handle(world.Context, request, by: null);
            await Assert.That(check(answer.Text)).IsNull().Because(answer.Text);
            await Assert.That(answer.Text)
                .Contains("tspm_process_up{name=\"a\\\"b\",namespace=\"a\\\"b\",instance=\"0\"} 0\n");
        }
        await Assert.That(async () =>
            await new MetricsHandler().Handle(world.Context, new MetricsRequest { Format = "xml" }, by: null))
            .Throws<RequestException>().WithMessage("params.format must be openmetrics or prometheus, but is 'xml'");
    }

    [Test]
    public async Task An_older_daemon_is_not_asked_for_a_format_that_it_does_not_have(CancellationToken cancellation)
    {
        using var daemon = new FakeDaemon(request => FakeDaemon.Result(request, """{"text":"# EOF\n"}"""));
        using var client = DaemonClient.Connect(daemon.Home);
        var refused = (await Assert.That(() => OlderDaemon.RequireMetricsFormats(client)).Throws<DaemonException>())!;
        await Assert.That(refused.Message).IsEqualTo("the daemon is tspm 1, which writes metrics only as OpenMetrics: "
            + "leave out --format, or upgrade the daemon with: tspm daemon upgrade");
        await Assert.That(ExitCodes.ForError(refused.Code)).IsEqualTo(1);
        await Assert.That(daemon.Requests.Count).IsEqualTo(0);
    }
}
