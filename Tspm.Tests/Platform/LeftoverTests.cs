using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux.Tree;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Platform;

/// <summary>What a child leaves behind is found and killed; what belongs to others is not.</summary>
[Timeout(60_000)]
public class LeftoverTests
{
    /// <summary>Leaves the session and the parent: what a classic daemon does.</summary>
    const string DoubleFork = "setsid sh -c 'setsid sleep 1000 & echo $! ' & wait; ";

    [Test]
    public async Task A_double_forked_grandchild_in_its_own_session_is_found_by_its_mark(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(Marked(box, DoubleFork + "exit 0", 5, 0));
        await Sandbox.EndOf(child, cancellation);
        var grandchild = int.Parse(box.ReadAvailable("out"), CultureInfo.InvariantCulture);
        await Sandbox.UntilAsync(() => HasSession(grandchild), cancellation);
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 6, 0))).IsEqualTo(0);
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 5, 1))).IsEqualTo(0);
        await Assert.That(IsLiving(grandchild)).IsTrue();
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 5, 0))).IsEqualTo(1);
        await Sandbox.UntilAsync(() => box.System.KillLeftovers(new TreeMark(child.Pid, 5, 0)) == 0, cancellation);
        await Assert.That(IsLiving(grandchild)).IsFalse();
    }

    /// <summary>In the middle of an execve it has no environment for an instant.</summary>
    [Test]
    public async Task One_that_replaces_itself_all_the_time_has_its_mark_at_every_look(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var script = Path.Combine(box.Folder, "again");
        File.WriteAllText(script, "#!/bin/sh\nexec \"$0\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var child = box.Spawn(Marked(box, $"exec {script}", 5, 0));
        var files = new ProcFiles();
        await Sandbox
            .UntilAsync(() => files.EnvironmentHas(child.Pid, "TSPM_ID=5"u8, "TSPM_INSTANCE=0"u8), cancellation);
        var without = 0;
        for (var look = 0; look < 20_000; look++)
            if (!files.EnvironmentHas(child.Pid, "TSPM_ID=5"u8, "TSPM_INSTANCE=0"u8)) without++;
        await Assert.That(without).IsEqualTo(0);
    }

    /// <summary>
    /// While it frees its memory it has no environment any more, so no mark, and is there all the same with its files
    /// and ports.
    /// </summary>
    [Test]
    public async Task Who_takes_long_to_end_is_waited_for(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box
            .Spawn(Marked(box,
                "setsid sh -c 'setsid python3 -c \"import os,time; b = bytearray(700 << 20); print(os.getpid(), "
                    + "flush=True); time.sleep(1000)\" &'; while ! test -s done; do sleep 0.01; done; exit 0", 7, 0));
        var grandchild = int.Parse(await box.ReadUntilAsync("out", "\n", cancellation), CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(box.PathOf("done"), "x", cancellation);
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 7, 0)) >= 1).IsTrue();
        while (box.System.KillLeftovers(new TreeMark(child.Pid, 7, 0)) is not 0)
            cancellation.ThrowIfCancellationRequested();
        await Assert.That(IsLiving(grandchild)).IsFalse();
    }

    [Test]
    public async Task Members_of_the_session_are_killed_without_a_mark_even_after_the_child_was_reaped(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell("env -i sleep 1000 & env -i sleep 1000 & exit 1"));
        await Sandbox.EndOf(child, cancellation);
        child.Reap();
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 1, 0))).IsEqualTo(2);
        await Sandbox.UntilAsync(() => box.System.KillLeftovers(new TreeMark(child.Pid, 1, 0)) == 0, cancellation);
    }

    [Test]
    public async Task The_subtree_of_an_orphan_goes_with_it_whatever_it_did_to_its_environment(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box
            .Spawn(Marked(box,
                "setsid sh -c 'env -i setsid sleep 1000 & echo $!; wait' & while ! test -s done; do sleep 0.01; done; "
                    + "exit 0", 8, 2));
        var grandchild = int.Parse(await box.ReadUntilAsync("out", "\n", cancellation), CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(box.PathOf("done"), "x", cancellation);
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 8, 2))).IsEqualTo(2);
        await Sandbox.UntilAsync(() => !IsLiving(grandchild), cancellation);
    }

    [Test]
    public async Task Another_childs_orphans_and_adopted_children_stay(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var other = box.Spawn(Marked(box, "echo ready; sleep 1000", 2, 0));
        await box.ReadUntilAsync("out", "ready", cancellation);
        var child = box.Spawn(Marked(box, "exit 0", 1, 0));
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 1, 0))).IsEqualTo(0);
        await Assert.That(other.PeekExit()).IsNull();
        // A new daemon does not know either child: it looks through everything, and still kills nothing of others.
        await Assert.That(box.NewSystem().KillLeftovers(new TreeMark(child.Pid, 1, 0))).IsEqualTo(0);
        await Assert.That(other.PeekExit()).IsNull();
        other.SignalGroup(Signals.SIGKILL);
    }

    [Test]
    public async Task A_daemon_that_never_saw_the_child_finds_its_marked_session_members(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(Marked(box, "sleep 1000 & exit 0", 3, 1));
        await Sandbox.EndOf(child, cancellation);
        child.Reap();
        var second = box.NewSystem();
        await Assert.That(second.KillLeftovers(new TreeMark(child.Pid, 3, 1))).IsEqualTo(1);
        await Sandbox.UntilAsync(() => second.KillLeftovers(new TreeMark(child.Pid, 3, 1)) == 0, cancellation);
    }

    /// <summary>As nginx and redis do: a session of its own, and nothing left of the environment.</summary>
    [Test]
    public async Task A_daemon_without_session_and_environment_is_found_by_the_mark_of_its_run(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        // The variables of no other test: what those left is seen here, too.
        const int id = 51;
        var child = box
            .Spawn(box.Shell(DoubleFork.Replace("setsid sleep", "env -i setsid sleep", StringComparison.Ordinal)
                + "exit 0") with
            { RunMark = run });
        await Sandbox.EndOf(child, cancellation);
        var grandchild = int.Parse(box.ReadAvailable("out"), CultureInfo.InvariantCulture);
        // Until it has executed `env -i`, it still has the variables.
        await Sandbox
            .UntilAsync(() => LiveProcess.CommandOf(grandchild).StartsWith("sleep", StringComparison.Ordinal),
                cancellation);
        await Assert.That(box.System.FindLeftovers(new TreeMark(child.Pid, id, 0))).IsEmpty();
        await Assert.That(box.System.FindLeftovers(new TreeMark(child.Pid, id, 0) { Run = RunMark.New() })).IsEmpty();
        var younger = new TreeMark(child.Pid, id, 0) { Run = run, StartTicks = long.MaxValue };
        await Assert.That(box.System.FindLeftovers(younger)).IsEmpty();
        var found = box.System
            .FindLeftovers(new TreeMark(child.Pid, id, 0) { Run = run, StartTicks = child.StartTicks })!.Single();
        await Assert.That(found.Pid).IsEqualTo(grandchild);
        await Assert.That(box.System.SignalLeftover(found with { StartTicks = found.StartTicks - 1 }, Signals.SIGTERM))
            .IsEqualTo(SignalResult.Gone);
        await Assert.That(box.System.SignalLeftover(found, Signals.SIGTERM)).IsEqualTo(SignalResult.Sent);
        await Sandbox.UntilAsync(() => !IsLiving(grandchild), cancellation);
    }

    /// <summary>The variables of an inner Tspm's processes may be the same as those of the outer one's.</summary>
    [Test]
    public async Task What_carries_the_mark_of_another_run_is_nobodys_leftover_whatever_its_variables_say(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var (own, other) = (RunMark.New(), RunMark.New());
        var child = box.Spawn(Marked(box, "setsid sh -c 'setsid sleep 1000 & echo $! ' & wait; exit 0", 52, 0) with
        {
            RunMark = other,
        });
        await Sandbox.EndOf(child, cancellation);
        var grandchild = int.Parse(box.ReadAvailable("out"), CultureInfo.InvariantCulture);
        await Assert.That(box.System.FindLeftovers(new TreeMark(child.Pid, 52, 0) { Run = own })).IsEmpty();
        await Assert.That(box.System.KillLeftovers(new TreeMark(child.Pid, 52, 0) { Run = own })).IsEqualTo(0);
        await Assert.That(IsLiving(grandchild)).IsTrue();
        await Sandbox
            .UntilAsync(() => box.System.KillLeftovers(new TreeMark(child.Pid, 52, 0) { Run = other }) == 0,
                cancellation);
    }

    /// <summary>An older daemon started it without a mark.</summary>
    [Test]
    public async Task A_living_tree_without_a_mark_can_be_given_one(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var run = RunMark.New();
        var child = box
            .Spawn(box.Shell("(sleep 1000; true) & echo up; while ! test -e done; do sleep 0.01; done; env -i setsid "
                + "sleep 1000 & echo $!; exit 0"));
        await box.ReadUntilAsync("out", "up", cancellation);
        await Assert.That(box.System.MarkTree(child.Pid, child.StartTicks - 1, RunMark.New())).IsNotEqualTo(run);
        await Assert.That(box.System.MarkTree(child.Pid, child.StartTicks, run)).IsEqualTo(run);
        // Asked again, it tells what it carries.
        await Assert.That(box.System.MarkTree(child.Pid, child.StartTicks, RunMark.New())).IsEqualTo(run);
        await File.WriteAllTextAsync(box.PathOf("done"), "x", cancellation);
        await Sandbox.EndOf(child, cancellation);
        var mark = new TreeMark(child.Pid, 5, 0) { Run = run };
        // The subshell, its sleep, and the one that left its session and was born after the marking.
        await Sandbox
            .UntilAsync(() => box.System.FindLeftovers(mark)!.Count(leftover => leftover.Session == leftover.Pid) == 1,
                cancellation);
        await Assert.That(box.System.FindLeftovers(mark)!.Count).IsEqualTo(3);
        await Sandbox.UntilAsync(() => box.System.KillLeftovers(mark) == 0, cancellation);
    }

    /// <summary>
    /// A server behind two shells that end one after the other, each of them just after the list of orphans was read:
    /// its parent is gone, and it is not in the list.
    /// </summary>
    [Test]
    public async Task A_server_is_found_although_the_shells_above_it_end_while_they_are_looked_at(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        const string inner = "echo B $$; sleep 1000 & echo C $!; wait";
        var script = $"sh -c 'echo A $$; sh -c \"{inner.Replace("$", "\\$")}\" & wait' & "
            + "while ! test -s done; do sleep 0.01; done; exit 0";
        var child = box.Spawn(Marked(box, script, 9, 0));
        var printed = await box.ReadUntilAsync("out", "C ", cancellation);
        var pids = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(line => line[0], line => int.Parse(line[2..], CultureInfo.InvariantCulture));
        await File.WriteAllTextAsync(box.PathOf("done"), "x", cancellation);
        await Sandbox.EndOf(child, cancellation);
        var files = new ProcFiles();
        var orphans = new OrphansThatEnd(new Orphans(files, Environment.ProcessId, _ => null), pids['A'], pids['B']);
        var finder = new LeftoverFinder(files, Environment.ProcessId,
            pid => pid == child.Pid ? (LinuxChild)child : null, orphans);

        var found = finder.Find(new TreeMark(child.Pid, 9, 0), []);

        await Assert.That(found!.Select(leftover => leftover.Pid)).IsEquivalentTo([pids['C']]);
        await Sandbox.UntilAsync(() => box.System.KillLeftovers(new TreeMark(child.Pid, 9, 0)) == 0, cancellation);
    }

    [Test]
    public async Task Where_orphans_end_at_every_look_it_is_not_known_whether_anything_is_left(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(Marked(box, "exit 0", 10, 0));
        await Sandbox.EndOf(child, cancellation);
        var orphans = new OrphansThatVanish();
        var finder = new LeftoverFinder(new ProcFiles(), Environment.ProcessId,
            pid => pid == child.Pid ? (LinuxChild)child : null, orphans);

        await Assert.That(finder.Find(new TreeMark(child.Pid, 10, 0), [])).IsNull();
        await Assert.That(orphans.Looks).IsEqualTo(LeftoverFinder.MostRounds);
        await Assert.That(finder.Kill(new TreeMark(child.Pid, 10, 0), [])).IsNull();
    }

    /// <summary>After each reading of the list, the next of these processes ends.</summary>
    sealed class OrphansThatEnd(IOrphans real, params int[] pids) : IOrphans
    {
        readonly Queue<int> left = new(pids);

        public IReadOnlyList<int> Vanished => real.Vanished;

        public IReadOnlyList<Orphan>? Read(TimeSpan maxAge)
        {
            var read = real.Read(maxAge);
            if (!left.TryDequeue(out var pid)) return read;
            _ = SysSignal.kill(pid, Signals.SIGKILL);
            SpinWait.SpinUntil(() => !IsLiving(pid));
            return read;
        }
    }

    /// <summary>Another orphan ends at each reading of the list, for ever.</summary>
    sealed class OrphansThatVanish : IOrphans
    {
        public int Looks { get; private set; }

        public IReadOnlyList<int> Vanished => [Looks];

        public IReadOnlyList<Orphan> Read(TimeSpan maxAge)
        {
            Looks++;
            return [];
        }
    }

    [Test]
    public async Task Marks_differ_and_are_no_limits_that_anybody_sets(CancellationToken cancellation)
    {
        var marks = Enumerable.Range(0, 1000).Select(_ => RunMark.New()).ToList();
        await Assert.That(marks.Distinct().Count()).IsEqualTo(1000);
        await Assert.That(marks.TrueForAll(RunMark.IsMark)).IsTrue();
        await Assert.That(RunMark.IsMark(200_000) || RunMark.IsMark(ulong.MaxValue)).IsFalse();
    }

    static SpawnRequest Marked(Sandbox box, string script, int id, int instance) =>
        box.Shell(script, ("TSPM_ID", $"{id}"), ("TSPM_INSTANCE", $"{instance}"));

    static bool IsLiving(int pid) => ProcFiles.TryReadStat(pid, out var stat) && stat.IsLiving;

    static bool HasSession(int pid) => ProcFiles.TryReadStat(pid, out var stat) && stat.Session == pid;
}
