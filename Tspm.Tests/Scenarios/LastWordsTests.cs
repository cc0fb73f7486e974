using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The last lines that a failed start shows are those of this run.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class LastWordsTests
{
    const string Loud = "echo 'old trouble' >&2; echo 'old talk'; exit 3";

    [Test]
    public async Task Not_those_of_a_namesake_that_was_deleted(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("a.sh", Loud);
        (await box.Run("start", "a.sh", "--settle", "30s")).Exits(1)
            .Says("last lines of its output:").Says("old trouble");
        await box.Ok("delete", "a");
        box.Write("a.sh", "exit 3");
        var silent = (await box.Run("start", "a.sh", "--settle", "30s")).Exits(1).Says("exited with code 3");
        await Assert.That(silent.Err).DoesNotContain("last lines").And.DoesNotContain("old");
        await box.Ok("delete", "a");
        box.Write("a.sh", "echo 'new talk'; exit 3");
        var spoken = (await box.Run("start", "a.sh", "--settle", "30s")).Exits(1).Says("new talk");
        await Assert.That(spoken.Err).DoesNotContain("old");
    }

    [Test]
    public async Task Not_those_of_an_earlier_run(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("a.sh", "echo ready; echo 'old trouble' >&2; exec sleep 1000");
        await box.Ok("start", "a.sh", "--ready", "log:ready", "--restart", "never");
        box.Write("a.sh", "exit 4");
        foreach (var verb in (string[])["reload", "restart"])
        {
            var ran = (await box.Run(verb, "a")).Exits(1).Says("exited 4");
            await Assert.That(ran.Err).DoesNotContain("last lines");
        }
        box.Write("a.sh", "echo 'new trouble' >&2; exit 4");
        await Assert.That((await box.Run("start", "a")).Exits(1).Says("new trouble").Err).DoesNotContain("old");
        // One that could not be started at all has said nothing.
        File.Delete(Path.Combine(box.Folder, "a.sh"));
        await Assert.That((await box.Run("start", "a")).Exits(1).Err).DoesNotContain("last lines");
    }

    [Test]
    public async Task What_a_changed_file_restarts_and_dies_is_a_failure_too(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("ok.sh", "echo 'old talk' >&2; exec sleep 1000");
        box.Write("bad.sh", "echo 'new trouble' >&2; exit 4");
        string Of(string script) => $$"""{ "processes": [ { "name": "a", "command": "sh {{script}}" } ] }""";
        box.Write("tspm.json", Of("ok.sh"));
        await box.Ok("start", "tspm.json");
        box.Write("tspm.json", Of("bad.sh"));
        var ran = (await box.Run("start", "tspm.json", "--settle", "30s")).Exits(1)
            .Says("exited with code 4").Says("new trouble");
        await Assert.That(ran.Err).DoesNotContain("old");
    }

    const string Remedy = "several instances cannot open the same port; let Tspm open it with "
        + "tspm set web --listen :PORT";

    [Test]
    [Arguments("Error: listen EADDRINUSE: address already in use :::3000", ">&2")]
    [Arguments("OSError: [Errno 98] Address already in use", ">&2")]
    [Arguments("[ERROR] Connection in use: ('127.0.0.1', 8000)", "")]
    public async Task A_port_that_several_instances_open_is_explained(
        string words, string stream, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var script = $"""[ "$TSPM_INSTANCE" = 0 ] && exec sleep 1000; echo "{words}" {stream}; exit 1""";
        box.Write("web.sh", script);
        (await box.Run("start", "web.sh", "-i", "2", "--settle", "2s", "--max-restarts", "1")).Exits(1).Says(Remedy);
        await Assert.That((await box.Ok("why", "web")).Out).Contains(Remedy);
        await Assert.That((await box.Run("restart", "web")).Err).DoesNotContain(Remedy);
        // One alone has another trouble, and where Tspm opens the port this is not the remedy.
        var one = await box.Run("start", "web.sh", "--name", "one", "--env", "TSPM_INSTANCE=7", "--settle", "30s");
        await Assert.That(one.Err).DoesNotContain("several instances");
        var listen = $"unix:{box.Folder}/s";
        var passed = await box.Run(
            "start", "web.sh", "--name", "passed", "-i", "2", "--settle", "2s", "--listen", listen);
        await Assert.That(passed.Exits(1).Err).DoesNotContain("several instances");
        await Assert.That((await box.Ok("why", "passed")).Out).DoesNotContain("several instances");
    }
}
