using System.Text.Json;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>Hooks around a process: what stands in its way, and what only gets to know.</summary>
[Timeout(30_000)]
internal sealed class HookTests
{
    static ProcessConfig With(HookConfig hooks, RestartConfig? restart = null) => new()
    {
        Name = "web",
        Command = "web",
        Hooks = hooks,
        Restart = restart,
    };

    static void End(World world, FakeProcess hook, int code = 0)
    {
        world.Machine.Exit(hook, new ExitStatus(code, null));
        world.Step();
    }

    [Test]
    public async Task A_child_comes_only_after_preStart_has_succeeded(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PreStart = "migrate --all" }));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        var hook = world.Machine.Living.Single();
        await Assert.That(hook.Hook).IsEqualTo("preStart");
        await Assert.That(hook.Request.Arguments.SequenceEqual(["migrate", "--all"])).IsTrue();
        await Assert.That(hook.Request.Environment["TSPM_HOME"]).IsEqualTo(world.Home.Path);
        await Assert.That(hook.Request.Environment["TSPM_NAME"]).IsEqualTo("web");
        await Assert.That(hook.Request.LeadsSession).IsFalse();
        End(world, hook);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Machine.Only(instance.Key).Request.Environment.ContainsKey("TSPM_HOOK")).IsFalse();
    }

    [Test]
    public async Task A_preStart_that_fails_is_a_failed_start_that_is_tried_again(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world
            .StartNew(With(new HookConfig { PreStart = "check" },
                new RestartConfig { DelayMs = 1000, MaxConsecutive = 2 }));
        End(world, world.Machine.Hooks("preStart").Single(), 3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(instance.State.Reason).IsEqualTo("preStart exited 3");
        await Assert.That(instance.State.Failures).IsEqualTo(1);
        world.Advance(1);
        End(world, world.Machine.Hooks("preStart").Single(), 3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(world.Machine.All.Any(process => process.Hook is null)).IsFalse();
    }

    [Test]
    public async Task With_the_policy_never_a_failed_preStart_is_final(CancellationToken cancellation)
    {
        using var world = new World();
        var instance =
            world.StartNew(With(new HookConfig { PreStart = "check" }, new RestartConfig { Policy = "never" }));
        End(world, world.Machine.Hooks("preStart").Single(), 3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
    }

    [Test]
    public async Task A_preStart_that_hangs_is_killed_and_said(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PreStart = "hang", TimeoutMs = 2000 }));
        world.Advance(1.9);
        await Assert.That(world.Machine.Hooks("preStart").Count).IsEqualTo(1);
        world.Advance(0.2);
        await Assert.That(world.Machine.Hooks("preStart").Count).IsEqualTo(0);
        await Assert.That(instance.State.Reason).IsEqualTo("preStart did not end within 2 s and was killed");
    }

    [Test]
    public async Task A_stop_during_preStart_ends_it_and_nothing_is_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PreStart = "long" }));
        var stopped = world.Supervisor.Stop(instance, CauseRequest.Stop).Reached;
        world.Step();
        await Assert.That(stopped.IsCompleted).IsTrue();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(instance.State.Failures).IsEqualTo(0);
        await Assert.That(world.Machine.Living.Any()).IsFalse();
    }

    [Test]
    public async Task A_start_right_after_that_stop_runs_preStart_anew(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.Answer = (_, _) => null; // The end of the killed hook takes its time.
        var instance = world.StartNew(With(new HookConfig { PreStart = "long" }));
        var first = world.Machine.Hooks("preStart").Single();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        world.Machine.Exit(first, new ExitStatus(null, Signals.SIGKILL));
        world.Step();
        await Assert.That(instance.State.Failures).IsEqualTo(0);
        End(world, world.Machine.Hooks("preStart").Single());
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task PostStop_runs_after_the_tree_is_gone_and_before_the_next_start(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PostStop = "clean" }, new RestartConfig { DelayMs = 0 }));
        world.Machine.LeftoversOfNext = 2;
        world.Exit(instance, 1);
        await Assert.That(world.Machine.Living.Any()).IsFalse();
        for (var look = 0; look < 4; look++) world.Advance(0.005);
        world.Machine.LeftoversOfNext = 0;
        await Assert.That(world.Machine.Living.Single().Hook).IsEqualTo("postStop");
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Sweeping);
        End(world, world.Machine.Hooks("postStop").Single());
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_postStop_that_fails_or_hangs_does_not_keep_a_stop_from_being_done(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PostStop = "clean", TimeoutMs = 500 }));
        var stopped = world.Supervisor.Stop(instance, CauseRequest.Stop).Reached;
        world.Exit(instance, 0);
        await Assert.That(stopped.IsCompleted).IsFalse();
        world.Advance(0.6);
        await Assert.That(stopped.IsCompleted).IsTrue();
        await Assert.That(world.Told.Single(told => told.Kind == EventKind.HookFailed).Reason)
            .IsEqualTo("postStop did not end within 500 ms and was killed");
    }

    [Test]
    public async Task What_a_hook_leaves_behind_is_swept_before_it_counts_as_ended(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PreStart = "fork" }));
        world.Machine.LeftoversOfNext = 1;
        End(world, world.Machine.Hooks("preStart").Single());
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        world.Advance(0.005);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    /// <summary>Its number may be somebody else's by then.</summary>
    [Test]
    [Arguments(true), Arguments(false)]
    public async Task A_hook_whose_leftovers_are_being_killed_is_not_signalled_any_more(bool isStopped,
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PreStart = "fork", TimeoutMs = 10 }));
        var hook = world.Machine.Hooks("preStart").Single();
        world.Machine.LeftoversOfNext = 4;
        End(world, hook);
        var sent = world.Machine.Sent.Count;
        if (isStopped) world.Supervisor.Stop(instance, CauseRequest.Stop);
        for (var i = 0; i < 10; i++) world.Advance(0.005);
        await Assert.That(world.Machine.Sent.Count).IsEqualTo(sent);
        await Assert.That(instance.State.Phase).IsEqualTo(isStopped ? LifecyclePhase.Stopped : LifecyclePhase.Online);
    }

    [Test]
    public async Task Hooks_that_are_told_get_their_event_as_JSON_and_delay_nobody(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world
            .StartNew(With(new HookConfig
            {
                OnCrash = "tell crash",
                OnOnline = "tell online",
                OnErrored = "tell errored"
            }, new RestartConfig { DelayMs = 0, MaxConsecutive = 2 }));
        var online = world.Machine.Hooks("onOnline").Single();
        await Assert.That(JsonDocument.Parse(online.Input!).RootElement.GetProperty("kind").GetString())
            .IsEqualTo("started");
        world.Exit(instance, 7);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        var crash = JsonDocument.Parse(world.Machine.Hooks("onCrash").Single().Input!).RootElement;
        await Assert.That(crash.GetProperty("exitCode").GetInt32()).IsEqualTo(7);
        await Assert.That(crash.GetProperty("name").GetString()).IsEqualTo("web");
        await Assert.That(crash.GetProperty("cause").GetString()).IsEqualTo("crash");
        // The second onOnline has to wait for the first one, which hangs.
        await Assert.That(world.Machine.Hooks("onOnline").Count).IsEqualTo(1);
        world.Exit(instance, 7);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(
            JsonDocument.Parse(world.Machine.Hooks("onErrored").Single().Input!).RootElement.GetProperty(
                "to").GetString()).IsEqualTo("errored");
        End(world, online);
        await Assert.That(
            JsonDocument.Parse(world.Machine.Hooks("onOnline").Single().Input!).RootElement.GetProperty(
                "kind").GetString()).IsEqualTo("restarted");
        await Assert.That(Directory.EnumerateFiles(world.Home.RunFolder, "hook.*")).IsEmpty();
    }

    [Test]
    public async Task An_end_that_was_asked_for_or_meant_is_no_crash(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world
            .StartNew(With(new HookConfig { OnCrash = "tell" },
                new RestartConfig { DelayMs = 0, StopExitCodes = [5] }));
        world.Exit(instance, 0);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 1);
        world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        world.Exit(instance, 5);
        await Assert.That(world.Machine.All.Any(process => process.Hook is not null)).IsFalse();
    }

    [Test]
    public async Task A_reload_that_fails_is_no_crash(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { OnCrash = "tell" }));
        var old = world.Machine.Only(instance.Key);
        world.Supervisor.Reload([instance], CauseRequest.Reload);
        world.Step();
        End(world, world.Machine.Living.Single(process => process != old), 1);
        await Assert.That((instance.View.Pid, instance.Replacement)).IsEqualTo((old.Pid, (Replacement?)null));
        await Assert.That(world.Machine.All.Any(static process => process.Hook is not null)).IsFalse();
        // The old one went on, and its own crash is one.
        world.Exit(instance, 1);
        await Assert.That(world.Machine.Hooks("onCrash").Count).IsEqualTo(1);
    }

    [Test]
    public async Task Few_hooks_run_at_once_and_those_too_many_are_dropped_with_a_word(CancellationToken cancellation)
    {
        using var world = new World();
        for (var i = 0; i < 120; i++) world.StartNew(new ProcessConfig
        {
            Name = $"p{i}",
            Command = "p",
            Hooks = new HookConfig { OnOnline = "tell", TimeoutMs = 60_000 },
        });
        await Assert.That(world.Machine.Hooks("onOnline").Count).IsEqualTo(4);
        await Assert.That(world.Told.Count(told => told.Kind == EventKind.HookFailed)).IsEqualTo(1);
        await Assert.That(world.Told.Last(told => told.Kind == EventKind.HookFailed).Reason)
            .Contains("100 hooks are already waiting");
        End(world, world.Machine.Hooks("onOnline")[0]);
        await Assert.That(world.Machine.Hooks("onOnline").Count).IsEqualTo(4);
    }

    [Test]
    public async Task A_daemon_that_dies_during_preStart_leaves_no_hook_and_starts_one_child(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PreStart = "long" }));
        var old = world.Machine.Hooks("preStart").Single();
        world.RestartDaemon();
        world.Advance(0.005);
        await Assert.That(old.Lives).IsFalse();
        var again = world.Again(instance);
        End(world, world.Machine.Hooks("preStart").Single());
        await Assert.That(again.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Machine.All.Count(process => process.Hook is null)).IsEqualTo(1);
    }

    [Test]
    public async Task A_daemon_that_dies_during_postStop_runs_it_again_and_goes_on(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { PostStop = "clean" }, new RestartConfig { DelayMs = 0 }));
        world.Exit(instance, 1);
        var old = world.Machine.Hooks("postStop").Single();
        world.RestartDaemon();
        await Assert.That(old.Lives).IsFalse();
        End(world, world.Machine.Hooks("postStop").Single());
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Machine.All.Count(process => process.Hook is null)).IsEqualTo(2);
    }

    [Test]
    public async Task A_daemon_that_dies_during_onCrash_leaves_no_hook(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(With(new HookConfig { OnCrash = "hang" }, new RestartConfig { DelayMs = 0 }));
        world.Exit(instance, 1);
        await Assert.That(world.Machine.Hooks("onCrash").Count).IsEqualTo(1);
        world.RestartDaemon();
        await Assert.That(world.Machine.Hooks("onCrash").Count).IsEqualTo(0);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_shutdown_gives_hooks_a_moment_and_not_more(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.Answer = static (process, signal) =>
            signal is Signals.SIGKILL || (process.Hook is null && signal == Signals.SIGTERM)
                ? new ExitStatus(null, signal)
                : null;
        world.StartNew(With(new HookConfig { OnOnline = "hang" }));
        var down = world.Supervisor.Shutdown();
        world.Step();
        await Assert.That(down.IsCompleted).IsFalse();
        world.Advance(3.1);
        await down.WaitAsync(cancellation);
        await Assert.That(world.Machine.Living.Any()).IsFalse();
    }
}
