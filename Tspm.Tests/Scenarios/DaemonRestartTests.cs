using Tspm.Storage;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The end of a daemon on purpose, and what the next one finds.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class DaemonRestartTests
{
    [Test]
    [Arguments(LiveProcess.SIGTERM, true), Arguments(LiveProcess.SIGTERM, false), Arguments(LiveProcess.SIGINT, true)]
    public async Task A_termination_signal_stops_everything_cleanly(int signal, bool toGuardian,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("s", "ready");
        var pid = await box.PidOf("s");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(toGuardian ? guardian : daemon, signal);
        await box.UntilGone(guardian);
        await box.UntilGone(daemon);
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
        await Assert.That(File.ReadAllText(box.OutLog("s"))).IsEqualTo("ready\nbye\n");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        await Assert.That(File.Exists(Path.Combine(box.Home, "daemon.state"))).IsFalse();
    }

    [Test]
    public async Task What_was_up_is_started_again_and_what_was_stopped_stays_stopped(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "up", "-e", "A=1");
        await box.Ok("start", "sleep 1000", "--name", "stopped");
        await box.Ok("add", "sleep 1000", "--name", "added");
        await box.Ok("start", "--name", "done", "--restart", "never", "--no-wait", "--", "true");
        await box.UntilState("done", "stopped");
        await box.Ok("stop", "stopped");
        var before = await box.List();
        await box.Ok("daemon", "restart");
        var after = await box.List();
        await Assert.That(after.Select(entry => (entry.Id, entry.Name)))
            .IsEquivalentTo(before.Select(entry => (entry.Id, entry.Name)));
        var up = await box.UntilState("up", "online");
        await Assert.That(up.Pid).IsNotEqualTo(before[0].Pid);
        await Assert.That(LiveProcess.EnvironmentOf(up.Pid!.Value)["A"]).IsEqualTo("1");
        foreach (var name in new[] { "stopped", "added", "done" })
            await Assert.That((await box.Get(name)).State).IsEqualTo("stopped");
    }

    [Test]
    public async Task After_a_reboot_what_was_up_is_started(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "up");
        await box.Ok("start", "sleep 1000", "--name", "down");
        await box.Ok("stop", "down");
        var pid = await box.PidOf("up");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian);
        await box.UntilGone(daemon);
        LiveProcess.Kill(pid);
        await box.UntilGone(pid);
        // A reboot, as the files see it: nothing lives, and the boot id is another one.
        var records = new RunRecordStore(new TspmHome(box.Home));
        const string earlier = "00000000-0000-0000-0000-000000000000";
        foreach (var (key, record) in records.LoadAll())
            records.Save(key, record with { Common = record.Common with { BootId = earlier } });
        await box.Ok("daemon", "start");
        var up = await box.UntilState("up", "online");
        await Assert.That(up.Pid).IsNotEqualTo(pid);
        await Assert.That((await box.Get("down")).State).IsEqualTo("stopped");
    }

    [Test]
    public async Task In_the_foreground_it_runs_until_a_signal_and_a_second_one_is_refused(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var daemon = box.Begin("daemon");
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "the daemon answers");
        var (_, guardian) = await box.DaemonPids();
        await Assert.That(guardian).IsEqualTo(daemon.Pid);
        (await box.Run("daemon")).Exits(1).Says("already running");
        daemon.Signal(LiveProcess.SIGTERM);
        await Assert.That(await daemon.End()).IsEqualTo(0);
    }

    [Test]
    public async Task Numbers_are_not_used_again(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1", "--name", "a");
        await box.Ok("add", "sleep 1", "--name", "b");
        await box.Ok("delete", "b");
        await box.Ok("daemon", "restart");
        await box.Ok("add", "sleep 1", "--name", "c");
        await Assert.That((await box.Get("c")).Id).IsEqualTo(2);
    }
}
