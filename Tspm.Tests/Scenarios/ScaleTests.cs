using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>More and fewer instances of a program that runs.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ScaleTests
{
    const string Ticks = "trap 'echo bye $TSPM_INSTANCE; exit 0' TERM; echo ready $TSPM_INSTANCE; while :; do sleep "
        + "0.02; done";

    [Test]
    public async Task Instances_come_and_go_and_the_others_run_on(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("t.sh", Ticks);
        await box.Ok("start", "sh t.sh", "--name", "t");
        await box.UntilOut("t", "ready 0");
        var first = await box.PidOf("t");
        await Assert.That((await box.Ok("scale", "t", "+2")).Out)
            .Contains("t:1: added, online").And.Contains("t:2: added, online");
        await box.UntilOut("t~2", "ready 2");
        await Assert.That(File.Exists(box.OutLog("t"))).IsFalse();
        await Assert.That(await box.UntilOut("t~0", "ready 0")).IsEqualTo("ready 0\n");
        await box.Ok("stop", "t:1");
        await box.Ok("scale", "t", "2");
        var entries = await box.List("t");
        await Assert.That(entries.Select(entry => $"{entry.Instance} {entry.State}"))
            .IsEquivalentTo(["0 online", "1 stopped"]);
        await Assert.That(File.ReadAllText(box.OutLog("t~2"))).IsEqualTo("ready 2\nbye 2\n");
        await box.Ok("scale", "t", "-1");
        await Assert.That((await box.Get("t")).Pid).IsEqualTo(first);
        await Assert.That(Directory.GetFiles(Path.Combine(box.Home, "run"),
            "0.1.*").Concat(Directory.GetFiles(Path.Combine(box.Home, "run"), "0.2.*"))).IsEmpty();
        await box.Ok("stop", "t");
        await Assert.That(File.ReadAllText(box.OutLog("t"))).IsEqualTo("ready 0\nbye 0\n");
    }

    [Test]
    public async Task Set_and_max_mean_the_same_and_bad_numbers_change_nothing(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s", "-i", "max");
        await Assert.That((await box.List("s")).Count).IsEqualTo(Environment.ProcessorCount);
        await Assert.That((await box.Ok("set", "s", "instances=3")).Err).DoesNotContain("tspm restart");
        await Assert.That((await box.List("s")).Count(entry => entry.IsOnline)).IsEqualTo(3);
        (await box.Run("scale", "s", "-3")).Exits(1).Says("must keep at least one instance");
        (await box.Run("scale", "s", "1001")).Exits(1).Says("at most 1000");
        (await box.Run("scale", "s", "few")).Exits(2).Says("few");
        (await box.Run("scale", "nobody", "2")).Exits(3);
        await Assert.That((await box.List("s")).Count).IsEqualTo(3);
        var ran = await box.Ok("scale", "s", "3", "--json");
        await Assert.That(ran.Json.GetProperty("processes").GetArrayLength()).IsEqualTo(3);
        box.Write("all.json", """{ "processes": [{ "name": "m", "command": "sleep 1000", "instances": "max" }] }""");
        await box.Ok("start", "all.json");
        await Assert.That((await box.List("m")).Count).IsEqualTo(Environment.ProcessorCount);
    }

    [Test]
    public async Task The_number_outlives_the_daemon_and_so_does_what_was_stopped(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s", "-i", "2");
        await box.Ok("scale", "s", "3");
        await box.Ok("stop", "s:1");
        var before = (await box.List("s")).Select(entry => $"{entry.Instance} {entry.Pid} {entry.State}").ToList();
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon, 9);
        await box.UntilGone(daemon);
        await box.UntilState("s", "online");
        await Assert.That((await box.List("s")).Select(entry => $"{entry.Instance} {entry.Pid} {entry.State}"))
            .IsEquivalentTo(before);
        await box.Ok("daemon", "restart");
        await Assert.That((await box.List("s")).Select(entry => entry.State))
            .IsEquivalentTo(["online", "stopped", "online"]);
    }
}
