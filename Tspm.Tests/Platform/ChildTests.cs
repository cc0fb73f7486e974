using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Tests.Platform;

/// <summary>A running child: its end, its signals, and being taken over.</summary>
[Timeout(60_000)]
public class ChildTests
{
    [Test, Arguments(false), Arguments(true)]
    public async Task An_exit_code_can_be_looked_at_until_it_is_reaped(bool withoutPidfds,
        CancellationToken cancellation)
    {
        using var box = new Sandbox(withoutPidfds: withoutPidfds);
        var child = box.Spawn(box.Shell("exit 42"));
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(child.PeekExit()).IsEqualTo(new ExitStatus(42, null));
        await Assert.That(child.PeekExit()).IsEqualTo(new ExitStatus(42, null));
        child.Reap();
        await Assert.That(child.PeekExit()).IsNull();
        await Assert.That(child.Signal(0)).IsFalse();
    }

    [Test, Arguments(false), Arguments(true)]
    public async Task A_signal_that_kills_is_the_exit_status(bool withoutPidfds, CancellationToken cancellation)
    {
        using var box = new Sandbox(withoutPidfds: withoutPidfds);
        var child = box.Spawn(box.Program("sleep", "sleep", "1000"));
        await Assert.That(child.PeekExit()).IsNull();
        await Assert.That(child.Signal(Signals.SIGTERM)).IsTrue();
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(child.PeekExit()).IsEqualTo(new ExitStatus(null, Signals.SIGTERM));
    }

    [Test]
    public async Task A_group_signal_reaches_what_the_child_started(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell("sleep 1000 & echo ready; wait"));
        await box.ReadUntilAsync("out", "ready", cancellation);
        var before = box.System.ReadTree(child.Pid);
        await Assert.That(before.Count).IsEqualTo(2);
        await Assert.That(child.SignalGroup(Signals.SIGKILL)).IsTrue();
        await Sandbox.EndOf(child, cancellation);
        await Sandbox.UntilAsync(() => box.System.ReadTree(child.Pid).Count == 0, cancellation);
    }

    [Test, Arguments(false), Arguments(true)]
    public async Task A_second_daemon_adopts_by_pid_and_start_time_and_learns_of_the_end(bool withoutPidfds,
        CancellationToken cancellation)
    {
        using var box = new Sandbox(withoutPidfds: withoutPidfds);
        var child = box.Spawn(box.Shell("read line; exit 7") with { StdinPath = box.Fifo("in") });
        var second = box.NewSystem();
        await Assert.That(second.Adopt(child.Pid, child.StartTicks + 1)).IsNull();
        using var adopted = second.Adopt(child.Pid, child.StartTicks)!;
        await Assert.That(adopted.IsOwn).IsFalse();
        await Assert.That(adopted.StartTicks).IsEqualTo(child.StartTicks);
        var ended = Sandbox.EndOf(adopted, cancellation);
        await File.WriteAllTextAsync(box.PathOf("in"), "go\n", cancellation);
        await ended;
        adopted.Reap();
        await Assert.That(child.PeekExit()).IsEqualTo(new ExitStatus(7, null));
        child.Reap();
        // Only Linux 6.15 and later tell a stranger; others say that they do not know.
        var status = adopted.PeekExit();
        await Assert.That(status is null || status == new ExitStatus(7, null)).IsTrue();
    }

    /// <summary>
    /// A failure is known before anybody reaps it, on every kernel; 0 is also what the kernel says to who may not know.
    /// </summary>
    [Test]
    [Arguments("exit 7", 7, null), Arguments("kill -9 $$", null, 9)]
    public async Task A_zombie_that_failed_tells_at_once_how(string script, int? code, int? signal,
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell(script));
        await Sandbox.EndOf(child, cancellation);
        using var adopted = box.NewSystem().Adopt(child.Pid, child.StartTicks)!;
        await Assert.That(adopted.PeekExit()).IsEqualTo(new ExitStatus(code, signal));
        await Assert.That(ProcFiles.ReadFailureOfZombie(child.Pid, child.StartTicks + 1)).IsNull();
    }

    [Test]
    public async Task A_zombie_is_adopted_as_one_that_ended_and_tells_its_status_once_it_is_reaped(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell("exit 0"));
        await Sandbox.EndOf(child, cancellation);
        using var adopted = box.NewSystem().Adopt(child.Pid, child.StartTicks)!;
        using var told = new SemaphoreSlim(0);
        adopted.OnExit(() => told.Release());
        await told.WaitAsync(cancellation);
        await Assert.That(adopted.PeekExit()).IsNull();
        if (!adopted.TellsExit) Skip.Test("below Linux 6.15 a stranger is told nothing");
        child.Reap();
        await told.WaitAsync(cancellation);
        await Assert.That(adopted.PeekExit()).IsEqualTo(new ExitStatus(0, null));
    }

    [Test, Arguments(false), Arguments(true)]
    public async Task Who_was_reaped_is_not_adopted(bool withoutPidfds, CancellationToken cancellation)
    {
        using var box = new Sandbox(withoutPidfds: withoutPidfds);
        var child = box.Spawn(box.Shell("exit 0"));
        await Sandbox.EndOf(child, cancellation);
        child.Reap();
        await Assert.That(box.NewSystem().Adopt(child.Pid, child.StartTicks)).IsNull();
    }

    [Test]
    public async Task The_holder_of_a_fifo_is_the_child_and_not_what_it_started(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell("sleep 1000 & echo ready; wait"));
        await box.ReadUntilAsync("out", "ready", cancellation);
        await Assert.That(box.System.FindFifoHolder(box.PathOf("out"))).IsEqualTo((child.Pid, child.StartTicks));
        await Assert.That(box.System.FindFifoHolder(box.Fifo("another"))).IsNull();
        await Assert.That(box.System.FindFifoHolder("/no/such/fifo")).IsNull();
        child.SignalGroup(Signals.SIGKILL);
    }

    [Test]
    public async Task The_tree_has_memory_and_commands(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell("sleep 1000 & echo ready; wait"));
        await box.ReadUntilAsync("out", "ready", cancellation);
        IReadOnlyList<ProcessSample> tree = [];
        await Sandbox
            .UntilAsync(() => (tree = box.System.ReadTree(child.Pid)).Any(sample => sample.Command == "sleep 1000"),
                cancellation);
        await Assert.That(tree[0].Pid).IsEqualTo(child.Pid);
        await Assert.That(tree[0].Command).StartsWith("sh -c sleep 1000");
        await Assert.That(tree[1].ParentPid).IsEqualTo(child.Pid);
        await Assert.That(tree.All(sample => sample.MemoryBytes > 0)).IsTrue();
        child.SignalGroup(Signals.SIGKILL);
    }

    [Test]
    public async Task Children_started_by_other_threads_belong_to_the_tree(CancellationToken cancellation)
    {
        if (!File.Exists("/usr/bin/python3") && !File.Exists("/usr/local/bin/python3")) return;
        using var box = new Sandbox();
        var script =
            "import threading,subprocess,time\n"
            + "t=threading.Thread(target=lambda:(subprocess.Popen(['sleep','1000']),print('ready',flush=True),"
            + "time.sleep(1000)))\nt.start()\nt.join()";
        var request = box.Program("python3", "python3", "-c", script) with
        {
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" },
        };
        var child = box.Spawn(request);
        await box.ReadUntilAsync("out", "ready", cancellation);
        await Sandbox
            .UntilAsync(() => box.System.ReadTree(child.Pid).Any(sample => sample.Command == "sleep 1000"),
                cancellation);
        child.SignalGroup(Signals.SIGKILL);
    }

    [Test]
    public async Task The_boot_has_a_number(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        await Assert.That(Guid.TryParse(box.System.BootId, out _)).IsTrue();
    }
}
