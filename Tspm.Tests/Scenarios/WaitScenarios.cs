using Tspm.Model.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>wait</c>: states, lines, ports and health of real programs.</summary>
[Timeout(60_000)]
public sealed class WaitScenarios
{
    [Test]
    public async Task It_waits_for_all_processes_and_outlives_the_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var name in new[] { "a", "b" })
            await box.Ok("start", $"sh -c 'until [ -e {name} ]; do sleep 0.02; done; echo ready; exec sleep 1000'",
                "--name", name, "--ready", "log:ready", "--no-wait");
        using var waiting = box.Begin("wait", "a", "b");
        box.Write("a", "");
        await box.UntilState("a", "online");
        LiveProcess.Kill((await box.DaemonPids()).Daemon, Signals.SIGKILL);
        box.Write("b", "");
        await Assert.That(await waiting.End()).IsEqualTo(0).Because(waiting.Err);
        await Assert.That(waiting.Out).IsEqualTo("a: online\nb: online\n");
    }

    [Test]
    public async Task It_finds_lines_that_were_printed_and_lines_to_come(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sh -c 'echo begun; until [ -e go ]; do sleep 0.02; done; echo done 7; exec sleep 1000'",
            "--name", "web");
        await box.UntilOut("web", "begun");
        await Assert.That((await box.Ok("wait", "web", "--log", "^beg.n$")).Out).Contains("web: has printed");
        (await box.Run("wait", "web", "--log", "done", "--timeout", "50ms")).Exits(5).Says("timed out after 50 ms");
        using var waiting = box.Begin("wait", "web", "--log", "done [0-9]");
        using var ending = box.Begin("wait", "web", "--log", "never printed");
        box.Write("go", "");
        await Assert.That(await waiting.End()).IsEqualTo(0).Because(waiting.Err);
        // Lines of an earlier run do not count.
        File.Delete(Path.Combine(box.Folder, "go"));
        await box.Ok("restart", "web");
        (await box.Run("wait", "web", "--log", "done", "--timeout", "50ms")).Exits(5);
        await box.Ok("stop", "web");
        await Assert.That(await ending.End()).IsEqualTo(1).Because(ending.Err);
        await Assert.That(ending.Err).Contains("web must print a line that matches and is stopped");
        (await box.Run("wait", "web", "--log", "(")).Exits(2);
    }

    [Test]
    public async Task It_sees_ports_health_and_exits(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        var python = Tools.Python;
        await box.Ok("start", $"sh -c 'until [ -e go ]; do sleep 0.02; done; exec {python} -m http.server {port}'",
            "--name", "web", "--health", "exec:test -e fine", "--cwd", box.Folder);
        await box.Ok("set", "web", "health.intervalMs=100", "health.failures=1000");
        using var opening = box.Begin("wait", "web", "--port", $"{port}");
        box.Write("go", "");
        await Assert.That(await opening.End()).IsEqualTo(0).Because(opening.Err);
        await box.Ok("restart", "web");
        (await box.Run("wait", "web", "--for", "healthy", "--timeout", "100ms")).Exits(5);
        using var healing = box.Begin("wait", "web", "--for", "healthy");
        box.Write("fine", "");
        await Assert.That(await healing.End()).IsEqualTo(0).Because(healing.Err);
        await box.Ok("start", "sh -c 'exit 3'", "--name", "job", "--job");
        (await box.Run("wait", "job", "--for", "exited")).Exits(0);
        (await box.Run("wait", "job")).Exits(1).Says("nothing will start it");
        (await box.Run("wait", "nobody")).Exits(3);
    }
}
