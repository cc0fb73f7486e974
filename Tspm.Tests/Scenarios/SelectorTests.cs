using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Which processes a verb means.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class SelectorTests
{
    [Test]
    public async Task Every_kind_of_selector_finds_what_it_says(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1", "--name", "web-a", "--namespace", "shop");
        await box.Ok("add", "sleep 1", "--name", "web-b", "-i", "2");
        await box.Ok("add", "sleep 1", "--name", "größe 7");
        await box.Ok("add", "sleep 1", "--name", "0");
        foreach (var (selector, expected) in new[]
        {
            ("web-a", "web-a:0"), ("1", "web-b:0 web-b:1"), ("shop", "web-a:0"),
            ("all", "web-a:0 web-b:0 web-b:1 größe 7:0 0:0"), ("web-*", "web-a:0 web-b:0 web-b:1"),
            ("/^web-[b-z]$/", "web-b:0 web-b:1"), ("web-b:1", "web-b:1"), ("größe 7", "größe 7:0"), ("0", "0:0"),
        })
            await Assert.That(string.Join(' ',
                (await box.List(selector)).Select(entry => $"{entry.Name}:{entry.Instance}"))).IsEqualTo(expected)
                    .Because(selector);
        await Assert.That((await box.List("web-a", "0")).Count).IsEqualTo(2);
    }

    [Test]
    public async Task An_unknown_one_among_known_ones_changes_nothing_and_exits_3(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        var pid = await box.PidOf("web");
        foreach (var verb in new[] { "stop", "restart", "delete", "reset", "flush", "describe", "env", "pid", "list" })
        {
            var ran = (await box.Run(verb, "web", "wbe")).Exits(3).Says("'wbe'");
            await Assert.That(ran.Out).IsEqualTo("");
        }
        (await box.Run("signal", "HUP", "web", "nobody")).Exits(3);
        (await box.Run("stop", "web:7")).Exits(3);
        (await box.Run("stop", "zz-*")).Exits(3);
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
    }

    [Test]
    public async Task A_single_instance_can_be_stopped_and_crashes_alone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "3", "--", "sh", "-c", "echo I am $TSPM_INSTANCE; exec sleep 1000");
        for (var i = 0; i < 3; i++) await box.UntilOut($"w~{i}", $"I am {i}");
        var before = await box.List();
        await box.Ok("stop", "w:1");
        LiveProcess.Kill(before[2].Pid!.Value);
        await box.Until("w:2", entry => entry is { IsOnline: true, Restarts: 1 }, "w:2 is back");
        var after = await box.List();
        await Assert.That(after[0].Pid).IsEqualTo(before[0].Pid);
        await Assert.That(after[1].State).IsEqualTo("stopped");
        await Assert.That(after.Select(entry => entry.Id).Distinct().Count()).IsEqualTo(1);
        await box.Ok("stop-all");
        await Assert.That((await box.List()).All(entry => entry.State == "stopped")).IsTrue();
        await box.Ok("start-all");
        await Assert.That((await box.List()).All(entry => entry.IsOnline)).IsTrue();
        var pids = (await box.List()).Select(entry => entry.Pid).ToArray();
        await box.Ok("restart-all");
        await Assert.That((await box.List()).Select(entry => entry.Pid).Intersect(pids).Count()).IsEqualTo(0);
    }
}
