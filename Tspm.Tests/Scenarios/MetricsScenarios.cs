using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What <c>metrics</c> prints, read by real readers.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class MetricsScenarios
{
    const string Hostile = "a\"b\\c\\n {日本}";

    static async Task<TspmBox> BoxWithProcesses(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", Hostile);
        await box.Ok("start", "sleep 1000", "--name", "many", "-i", "2");
        await box.Ok("start", "sh -c 'exit 3'", "--name", "bad", "--restart", "never");
        return box;
    }

    /// <summary>The system's Python has the system's packages; another one may come first in the PATH.</summary>
    static async Task<string> PythonWithReader(TspmBox box)
    {
        foreach (var python in new[] { Tools.Python, "/usr/bin/python3" })
        {
            if (!File.Exists(python)) continue;
            var tried = await box.RunProgram(python, "-c", "import prometheus_client");
            if (tried.ExitCode == 0) return python;
        }
        Skip.Test("SKIPPED: python3-prometheus-client is not installed; .ci/run installs it");
        throw new InvalidOperationException("not reached: the test is skipped");
    }

    [Test]
    public async Task Each_format_is_valid_and_the_wrong_word_is_refused(CancellationToken cancellation)
    {
        await using var box = await BoxWithProcesses(cancellation);
        await Assert.That(MetricsCheck.OpenMetricsProblem((await box.Ok("metrics")).Out)).IsNull();
        var named = await box.Ok("metrics", "--format", "openmetrics");
        await Assert.That(MetricsCheck.OpenMetricsProblem(named.Out)).IsNull();
        var older = await box.Ok("metrics", "--format", "prometheus");
        await Assert.That(MetricsCheck.PrometheusProblem(older.Out)).IsNull();
        await Assert.That(older.Out).Contains("\n# TYPE tspm_restarts_total counter\n")
            .And.Contains("\ntspm_daemon_info{");
        (await box.Run("metrics", "--format", "xml")).Exits(2).Says("--format")
            .Says("expected openmetrics or prometheus");
        await Assert.That((await box.Ok("metrics", "--help")).Out).Contains("--format FORMAT")
            .And.Contains("node_exporter");
    }

    [Test]
    public async Task A_reader_of_each_format_finds_the_same_names_and_labels(CancellationToken cancellation)
    {
        await using var box = await BoxWithProcesses(cancellation);
        var python = await PythonWithReader(box);
        box.Write("new.txt", (await box.Ok("metrics")).Out);
        box.Write("old.txt", (await box.Ok("metrics", "--format", "prometheus")).Out);
        box.Write("read.py", """
            from prometheus_client.openmetrics import parser as new
            from prometheus_client import parser as old
            def series(parse, path):
                text = open(path, encoding="utf-8").read()
                families = parse.text_string_to_metric_families(text)
                return {(s.name, tuple(sorted(s.labels.items()))) for family in families for s in family.samples}
            one, other = series(new, "new.txt"), series(old, "old.txt")
            for name, labels in sorted(one):
                if name == "tspm_process_up": print(dict(labels)["name"], dict(labels)["instance"])
            # The requests themselves are counted, too.
            print(sorted(s for s in one ^ other if "request" not in s[0]))
            """);
        box.Variables["PYTHONIOENCODING"] = "utf-8";
        var read = (await box.RunProgram(python, "read.py")).Exits(0);
        await Assert.That(read.Out).IsEqualTo($"{Hostile} 0\nbad 0\nmany 0\nmany 1\n[]\n");
    }

    [Test]
    public async Task The_textfile_collector_of_node_exporter_takes_it(CancellationToken cancellation)
    {
        var exporter = Tools.Require("prometheus-node-exporter", "node_exporter");
        await using var box = await BoxWithProcesses(cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(box.Folder, "metrics")).FullName;
        box.Write("metrics/tspm.prom", (await box.Ok("metrics", "--format", "prometheus")).Out);
        using var http = new HttpClient();
        var port = FreePort.Take();
        using var running = new RunningCommand(
            Programs.Start(exporter,
            [
                "--collector.disable-defaults", "--collector.textfile", $"--collector.textfile.directory={folder}",
                $"--web.listen-address=127.0.0.1:{port}",
            ], box.Variables, box.Folder), cancellation);
        var scraped = await box.Until(async () =>
        {
            try
            {
                return await http.GetStringAsync($"http://127.0.0.1:{port}/metrics", cancellation);
            }
            catch (HttpRequestException)
            {
                return null; // It does not listen yet.
            }
        }, "node_exporter answers");
        await Assert.That(scraped).Contains("\nnode_textfile_scrape_error 0\n").Because(running.Err);
        await Assert.That(scraped).Contains("tspm_process_up{instance=\"1\",name=\"many\",namespace=\"default\"} 1\n")
            .And.Contains("# TYPE tspm_restarts_total counter\n").And.Contains("name=\"a\\\"b\\\\c\\\\n {日本}\"");
    }
}
