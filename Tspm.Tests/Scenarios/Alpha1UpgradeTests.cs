using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// An upgrade from 2.0.0-alpha.1, by that version's own executable: its children notice nothing, and this version has
/// them all. The long time limit is for the build of that executable, which comes once in each checkout and leaves no
/// machine for other tests.
/// </summary>
[Timeout(1_200_000), NotInParallel]
public class Alpha1UpgradeTests
{
    const int SIGUSR1 = 10;

    [Test]
    public async Task Its_children_records_and_logs_are_adopted(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        var children = await Alpha1Children.Start(box);
        var (daemon, guardian) = await box.DaemonPids();

        var upgraded = await box.Ok("daemon", "upgrade", PublishedExecutable.Path);

        box.Executable = PublishedExecutable.Path;
        await Assert.That(upgraded.Out).StartsWith($"upgraded from {Alpha1.Version} to {OtherVersion.Present} (pid ");
        await Assert.That(await children.Differences()).IsEqualTo("");
        var (next, same) = await box.DaemonPids();
        await Assert.That(same).IsEqualTo(guardian);
        await Assert.That(next).IsNotEqualTo(daemon);
        await Assert.That((await box.Status()).GetProperty("troubles").GetArrayLength()).IsEqualTo(0);
        await Assert.That(await children.LostEnds()).IsEqualTo("");
        await Assert.That(await children.Disobedience()).IsEqualTo("");
    }

    [Test]
    public async Task How_a_child_ended_in_the_middle_of_it_is_known(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        await box.Ok("start", "--name", "brief", "--restart", "never", "--",
            "sh", "-c", "trap 'echo bye; exit 42' USR1; echo ready; while :; do sleep 0.02; done");
        await box.Ok("start", "--name", "back", "--restart-delay", "0", "--", "sleep", "1000");
        await box.UntilOut("brief", "ready");
        int brief = await box.PidOf("brief"), back = await box.PidOf("back");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian, LiveProcess.SIGSTOP);
        using var upgrade = box.Begin("daemon", "upgrade", PublishedExecutable.Path);
        await box.UntilGone(daemon);

        LiveProcess.Kill(brief, SIGUSR1);
        LiveProcess.Kill(back);
        await box.UntilGone(brief);
        await box.UntilGone(back);
        LiveProcess.Kill(guardian, LiveProcess.SIGCONT);

        box.Executable = PublishedExecutable.Path;
        await Assert.That(await upgrade.End()).IsEqualTo(0).Because(upgrade.Err);
        await Assert.That((await box.UntilState("brief", "stopped")).ExitCode).IsEqualTo(42);
        await Assert.That(await box.UntilOut("brief", "bye")).IsEqualTo("ready\nbye\n");
        var restarted = await box.Until("back", entry => entry is { IsOnline: true, Restarts: 1 }, "it is back");
        await Assert.That(restarted.Signal).IsEqualTo("SIGKILL");
    }

    /// <summary>As whenever a daemon ends in the middle of a reload.</summary>
    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_reload_is_given_up_or_finished(bool hasTakenOver, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        var reload = await Alpha1Reload.Begin(box, hasTakenOver);

        await box.Ok("daemon", "upgrade", PublishedExecutable.Path);

        box.Executable = PublishedExecutable.Path;
        await Assert.That(await (hasTakenOver ? reload.Finished() : reload.GivenUp())).IsEqualTo("");
    }
}
