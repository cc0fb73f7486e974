using System.Globalization;
using Tspm.Platform;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Tests.Platform;

/// <summary>Whether the child of a run was started is known as long as anything carries the run's mark.</summary>
[Timeout(60_000)]
internal sealed class RunTraceTests
{
    [Test]
    public async Task A_living_child_is_found_wherever_it_writes(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        var child = box.Spawn(box.Shell("exec > /dev/null 2>&1; echo up > up; sleep 1000") with { RunMark = run });
        await Sandbox.UntilAsync(() => File.Exists(box.PathOf("up")), cancellation);
        await Assert.That(box.System.FindFifoHolder(box.PathOf("out"))).IsNull();
        await Assert.That(box.System.FindRun(run)).IsEqualTo(new RunTrace(child.Pid, child.StartTicks));
        await Assert.That(box.System.FindRun(RunMark.New())).IsNull();
        await Assert.That(box.System.FindRun(RunMark.None)).IsNull();
        child.SignalGroup(Tspm.Model.Config.Signals.SIGKILL);
    }

    /// <summary>It has closed its descriptors long ago, and a guardian that is asked has no record of it yet.</summary>
    [Test]
    public async Task One_that_ended_is_found_until_it_is_reaped(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        var child = box.Spawn(box.Shell("exit 3") with { RunMark = run });
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.System.FindFifoHolder(box.PathOf("out"))).IsNull();
        await Assert.That(box.System.FindRun(run)).IsEqualTo(new RunTrace(child.Pid, child.StartTicks));
        child.Reap();
        await Assert.That(box.System.FindRun(run)).IsNull();
    }

    [Test]
    public async Task What_it_left_in_its_session_is_not_taken_for_the_child(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        var child = box.Spawn(box.Shell("env -i sleep 1000 & exit 0") with { RunMark = run });
        await Sandbox.EndOf(child, cancellation);
        child.Reap();
        await Assert.That(box.System.FindRun(run)).IsEqualTo(new RunTrace(0, 0));
        await Kill(box, child, run, cancellation);
    }

    [Test]
    public async Task Of_several_sessions_the_first_is_the_childs(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        const string script = "sleep 0.02; setsid sleep 1000 & echo $!; while ! test -e done; do sleep 0.01; done";
        var child = box.Spawn(box.Shell(script) with { RunMark = run });
        var other = int.Parse(await box.ReadUntilAsync("out", "\n", cancellation), CultureInfo.InvariantCulture);
        await Sandbox.UntilAsync(
            () => ProcFiles.TryReadStat(other, out var stat) && stat.Session == other, cancellation);
        await Assert.That(box.System.FindRun(run)!.LeaderPid).IsEqualTo(child.Pid);
        await File.WriteAllTextAsync(box.PathOf("done"), "x", cancellation);
        await Sandbox.EndOf(child, cancellation);
        child.Reap();
        await Assert.That(box.System.FindRun(run)!.LeaderPid).IsEqualTo(other);
        await Kill(box, child, run, cancellation);
    }

    /// <summary>What it launched is on its own, and only shows that there was a child.</summary>
    [Test]
    public async Task The_guardian_of_another_Tspm_is_not_taken_for_the_child(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        // Its first two arguments are those of a guardian; the shell that has got them reads a script of that name.
        File.WriteAllText(box.PathOf("__guardian"), "echo up > up; while :; do sleep 0.05; done");
        var child = box.Spawn(box.Program("/bin/sh", "tspm", "__guardian") with
        {
            RunMark = run,
            WorkingDirectory = box.Folder,
        });
        await Sandbox.UntilAsync(() => File.Exists(box.PathOf("up")), cancellation);
        await Assert.That(box.System.FindRun(run)).IsEqualTo(new RunTrace(0, 0));
        child.SignalGroup(Tspm.Model.Config.Signals.SIGKILL);
    }

    static Task Kill(Sandbox box, IChild child, ulong run, CancellationToken cancellation) => Sandbox.UntilAsync(
        () => box.System.KillLeftovers(new TreeMark(child.Pid, 5, 0) { Run = run }) == 0, cancellation);
}
