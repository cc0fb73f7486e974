using Tspm.Daemon.Answers;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>What a snapshot says about what is waited for, and the sentence about a change that is late.</summary>
[Timeout(30_000)]
internal sealed class WaitingTests
{
    static readonly TimeSpan Waited = TimeSpan.FromSeconds(5);

    static string Sentence(World world, SupervisedProcess instance) =>
        Unsettled.Sentence(instance.View, Waited, world.Loop.Timers.Now);

    static TimeSpan? In(World world, TimeSpan? then) => then - world.Loop.Timers.Now;

    [Test]
    public async Task A_stop_says_when_SIGKILL_comes(CancellationToken cancel)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "deaf",
            Command = "x",
            Stop = new StopConfig { TimeoutMs = 10_000 },
        });
        await Assert.That(instance.View.KillAtMonotonic).IsNull();
        world.Machine.Answer = static (_, _) => null;
        world.Supervisor.Stop([instance], "stopped by user");
        world.Step();
        world.Advance(3);
        await Assert.That(In(world, instance.View.KillAtMonotonic)).IsEqualTo(TimeSpan.FromSeconds(7));
        await Assert.That(Sentence(world, instance))
            .IsEqualTo("deaf: not stopped after 5 s: SIGTERM sent, SIGKILL in 7 s; still stopping");
        world.Advance(8);
        await Assert.That(instance.View.KillAtMonotonic).IsNull();
        await Assert.That(Sentence(world, instance))
            .IsEqualTo("deaf: not stopped after 5 s: SIGKILL sent; still stopping");
        world.Exit(instance, new ExitStatus(null, 9));
        await Assert.That(instance.View.KillAtMonotonic).IsNull();
    }

    [Test]
    public async Task A_start_says_which_probe_and_until_when(CancellationToken cancel)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "slow",
            Command = "x",
            Ready = new Probe { Tcp = "127.0.0.1:9" },
            StartTimeoutMs = 60_000,
        });
        world.Advance(12);
        await Assert.That(instance.View.WaitsFor).IsEqualTo("tcp 127.0.0.1:9");
        await Assert.That(In(world, instance.View.StartLimitAtMonotonic)).IsEqualTo(TimeSpan.FromSeconds(48));
        var sentence = Sentence(world, instance);
        await Assert.That(sentence).StartsWith("slow: not ready after 5 s: ").And.EndsWith("; still starting");
        await Assert.That(sentence).Contains(instance.View.ProbeProblem ?? "tcp 127.0.0.1:9");
    }

    [Test]
    public async Task Every_kind_of_probe_has_a_name(CancellationToken cancel)
    {
        Probe[] probes =
        [
            new() { Tcp = "127.0.0.1:9" }, new() { Http = "http://127.0.0.1/" }, new() { Log = "ready" },
            new() { Exec = "true" }, new() { Notify = true }, new() { DelayMs = 500 },
        ];
        await Assert.That(probes.Select(ProbeText.Subject)).IsEquivalentTo(
        [
            "tcp 127.0.0.1:9", "http://127.0.0.1/", "log ready", "exec true", "READY=1 from the program",
            "its delay of 500 ms",
        ]);
    }

    [Test]
    public async Task A_dependency_is_named(CancellationToken cancel)
    {
        using var world = new World();
        world.Define(new ProcessConfig { Name = "db", Command = "x", Ready = new Probe { Notify = true } });
        var instance = world.Define(new ProcessConfig
        {
            Name = "web",
            Command = "x",
            DependsOn = [new Dependency { Name = "db" }],
        });
        world.Supervisor.Start(instance, "started by user");
        world.Step();
        await Assert.That(Sentence(world, instance)).StartsWith("web: not started after 5 s: waits for db");
    }

    [Test]
    public async Task A_reload_says_that_it_waits_for_the_new_child(CancellationToken cancel)
    {
        using var world = new World();
        var instance = world.StartNew();
        instance.Reload(Cause.Requested(CauseRequest.Reload), static _ => { });
        world.Step();
        await Assert.That(instance.View.WaitsFor).IsEqualTo("its new child");
        await Assert.That(Sentence(world, instance))
            .IsEqualTo("web: not reloaded after 5 s: waits for its new child; the old child keeps running until then");
        world.Machine.Answer = static (_, _) => null;
        world.Advance(Replacement.MinimumLife);
        await Assert.That(instance.View.WaitsFor).IsEqualTo("the end of its old child");
        await Assert.That(instance.View.KillAtMonotonic).IsNotNull();
    }

    [Test]
    public async Task A_hook_that_stands_in_the_way_is_named(CancellationToken cancel)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "x",
            Hooks = new HookConfig { PreStart = "migrate", PostStop = "tidy" },
        });
        await Assert.That(Sentence(world, instance))
            .IsEqualTo("web: not started after 5 s: waits for its preStart hook; still starting");
        End("preStart");
        await Assert.That(instance.View.WaitsFor).IsNull();
        instance.Reload(Cause.Requested(CauseRequest.Reload), static _ => { });
        world.Step();
        await Assert.That(instance.View.WaitsFor).IsEqualTo("the preStart hook of its new child");
        End("preStart", 1);
        await Assert.That(instance.View.WaitsFor).IsNull();
        world.Supervisor.Stop([instance], "stopped by user");
        world.Step();
        world.Exit(instance, new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(Sentence(world, instance))
            .IsEqualTo("web: not stopped after 5 s: waits for its postStop hook; still stopping");
        End("postStop");
        await Assert.That(instance.View.WaitsFor).IsNull();

        void End(string hook, int code = 0)
        {
            world.Machine.Exit(world.Machine.Hooks(hook).Single(), new ExitStatus(code, null));
            world.Step();
        }
    }

    [Test]
    public async Task A_new_child_that_is_asked_has_its_own_time(CancellationToken cancel)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "x",
            Ready = new Probe { DelayMs = 10_000 },
            StartTimeoutMs = 60_000,
        });
        world.Advance(10);
        await Assert.That(instance.View.StartLimitAtMonotonic).IsNull();
        instance.Reload(Cause.Requested(CauseRequest.Reload), static _ => { });
        world.Step();
        world.Advance(2);
        await Assert.That(instance.View.WaitsFor).IsEqualTo("its new child: its delay of 10 s");
        await Assert.That(In(world, instance.View.StartLimitAtMonotonic)).IsEqualTo(TimeSpan.FromSeconds(58));
    }

    [Test]
    public async Task Many_that_are_late_are_counted(CancellationToken cancel)
    {
        using var world = new World();
        var late = new List<PendingChange>();
        for (var i = 0; i < 12; i++)
        {
            var config = new ProcessConfig { Name = $"w{i}", Command = "x", Ready = new Probe { Notify = true } };
            var instance = world.StartNew(config);
            late.Add(new PendingChange(instance, new TaskCompletionSource<LifecycleState>().Task, Unchanged: false));
        }
        var error = Unsettled.Error(late, Waited, world.Loop.Timers.Now);
        await Assert.That(error.Code).IsEqualTo(ErrorCode.TimedOut);
        var lines = error.Message.Split('\n');
        await Assert.That(lines[0])
            .IsEqualTo("w0: not ready after 5 s: waits for READY=1 from the program; still starting");
        await Assert.That(lines[^2]).IsEqualTo("and 2 more");
        await Assert.That(lines[^1]).IsEqualTo("this continues in the background; check it with: tspm list");
        await Assert.That(lines.Length).IsEqualTo(12);
    }

    [Test]
    public async Task A_line_break_in_a_problem_does_not_break_the_line(CancellationToken cancel)
    {
        using var world = new World();
        var instance =
            world.StartNew(new ProcessConfig { Name = "slow", Command = "x", Ready = new Probe { Log = "a" } });
        instance.Published.SetProbeAnswer(null, "one\ntwo");
        await Assert.That(Sentence(world, instance)).IsEqualTo("slow: not ready after 5 s: one two; still starting");
    }
}
