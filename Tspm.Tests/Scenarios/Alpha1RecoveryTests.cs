using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The daemon of 2.0.0-alpha.1 was killed, and this version begins over its home. See
/// <see cref="Alpha1UpgradeTests"/> for the time limit.
/// </summary>
[Timeout(1_200_000), NotInParallel]
public class Alpha1RecoveryTests
{
    [Test]
    public async Task Its_guardian_hands_over_what_the_killed_daemon_left(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        var children = await Alpha1Children.Start(box);
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);

        box.Executable = PublishedExecutable.Path;
        using (var successor = box.Begin("daemon", "--take-over"))
        {
            await box.UntilGone(guardian);
            await UntilAnswered(box);
            await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(successor.Pid);
            await Assert.That(await children.Differences()).IsEqualTo("");
            await Assert.That(await children.LostEnds()).IsEqualTo("");
            await Assert.That(await children.Disobedience()).IsEqualTo("");
            successor.Signal(LiveProcess.SIGTERM);
            await Assert.That(await successor.End()).IsEqualTo(0);
        }
    }

    /// <summary>It could not read the run records of this version.</summary>
    [Test]
    public async Task It_cannot_take_over_from_this_version(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        var alpha1 = box.Executable;
        box.Executable = PublishedExecutable.Path;
        await box.Ok("start", "sleep 1000", "--name", "s");
        var (pid, guardian) = (await box.PidOf("s"), (await box.DaemonPids()).Guardian);

        box.Executable = alpha1;
        using (var successor = box.Begin("daemon", "--take-over"))
            await Assert.That(await successor.End()).IsNotEqualTo(0);

        box.Executable = PublishedExecutable.Path;
        await UntilAnswered(box);
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(guardian);
        var after = await box.Get("s");
        await Assert.That((after.Pid, after.IsOnline, after.Restarts)).IsEqualTo((pid, true, 0));
    }

    [Test]
    public async Task Nothing_is_lost_when_its_guardian_was_killed_too(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        var children = await Alpha1Children.Start(box);
        await Kill(box);

        box.Executable = PublishedExecutable.Path;
        await box.Ok("daemon", "start");

        await Assert.That(await children.Differences()).IsEqualTo("");
        await Assert.That(await children.LostEnds()).IsEqualTo("");
        await Assert.That(await children.Disobedience()).IsEqualTo("");
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_reload_is_given_up_or_finished(bool hasTakenOver, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var box = await Alpha1.Box(limit);
        var reload = await Alpha1Reload.Begin(box, hasTakenOver);
        await Kill(box);

        box.Executable = PublishedExecutable.Path;
        await box.Ok("daemon", "start");

        await Assert.That(await (hasTakenOver ? reload.Finished() : reload.GivenUp())).IsEqualTo("");
    }

    /// <summary>Its daemon dies with the guardian.</summary>
    static async Task Kill(TspmBox box)
    {
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian);
        await box.UntilGone(guardian);
        await box.UntilGone(daemon);
    }

    static Task UntilAnswered(TspmBox box) =>
        box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "the next daemon answers");
}
