using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>New child first, then the old one goes; and whatever comes in between leaves exactly one.</summary>
[Timeout(30_000)]
internal sealed class ReloadTests
{
    static readonly ProcessConfig Web = new() { Name = "web", Command = "web" };

    static readonly ProcessConfig Slow = Web with { Ready = new Probe { Notify = true }, StartTimeoutMs = 5000 };

    [Test]
    public async Task The_old_one_goes_when_the_new_one_has_lived_for_a_while(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = Begin(world, Web);
        var young = Other(world, old);
        await Assert.That(instance.View.Pid).IsEqualTo(old.Pid);
        world.Advance(Replacement.MinimumLife - World.LittleWhile);
        await Assert.That(Signals(world, old)).IsEmpty();
        world.Advance(World.LittleWhile);
        await Assert.That(instance.View.Pid).IsEqualTo(young.Pid);
        await Assert.That(Signals(world, old)).IsEquivalentTo([15, 18]);
        await Assert.That(settled.Reached.IsCompleted).IsFalse();
        world.Machine.Exit(old, new ExitStatus(0, null));
        world.Step();
        await Assert.That((await settled.Reached.WaitAsync(cancellation)).Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(settled.Problem).IsNull();
        await Assert.That(instance.State).IsEqualTo(instance.State with
        {
            Restarts = 1,
            Failures = 0,
            Cause = Cause.Requested(CauseRequest.Reload),
            Desired = DesiredState.Up,
        });
        await Assert.That(instance.View.RecentExits[0].Reason).IsEqualTo("exited 0: reloaded by user");
        await Assert.That(world.Outputs.OpenRuns).IsEquivalentTo([instance.View.RunId]);
        await Assert.That(world.Machine.All.Count(process => process.IsReaped)).IsEqualTo(1);
    }

    /// <summary>
    /// An adopted child whose status the guardian still has to tell: what it left behind may live, and its policy has
    /// not decided yet.
    /// </summary>
    [Test]
    public async Task What_has_just_ended_is_not_reloaded(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon();
        world.Machine.Reaped = null;
        world.Exit(instance, 6);
        var (_, settled) = (0, world.Supervisor.Reload([world.Again(instance)], CauseRequest.Reload)[0]);
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsEqualTo("its child has just exited");
        await Assert.That(world.Machine.Living).IsEmpty();
    }

    /// <summary>
    /// The daemon died in the middle of a reload; the next one ends the new child, and may be asked meanwhile.
    /// </summary>
    [Test]
    public async Task A_reload_waits_for_what_an_earlier_daemon_left_of_one(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = Begin(world, Slow);
        var left = Other(world, old);
        world.RestartDaemon();
        instance = world.Again(instance);
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        await Assert.That(settled.Reached.IsCompleted).IsFalse();
        world.Machine.Exit(left, new ExitStatus(0, null));
        world.Step();
        world.Step();
        await Assert.That(instance.Replacement).IsNotNull();
        await Assert.That(settled.Problem).IsNull();
        await Assert.That(world.Machine.Living.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_new_one_that_ends_leaves_the_old_one_alone(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = Begin(world, Web);
        world.Machine.Exit(Other(world, old), new ExitStatus(1, null));
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsEqualTo(
            "the new one exited 1 before it was ready (a program that opens its own port cannot run twice at once: see "
                + $"'listen', or use 'tspm restart'); the old one keeps running (pid {old.Pid})");
        world.Advance(60);
        await Assert.That((instance.View.Pid, instance.State.Phase, instance.State.Restarts, instance.Replacement))
            .IsEqualTo((old.Pid, LifecyclePhase.Online, 0, (Replacement?)null));
        await Assert.That(Signals(world, old)).IsEmpty();
    }

    [Test]
    public async Task PreStart_comes_before_the_new_one(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = BeginWithPreStart(world);
        var hook = world.Machine.Hooks("preStart").Single();
        world.Advance(5);
        await Assert.That(Children(world).Select(static child => child.Pid)).IsEquivalentTo([old.Pid]);
        world.Machine.Exit(hook, new ExitStatus(0, null));
        world.Step();
        await Assert.That(Children(world).Count).IsEqualTo(2);
        world.Advance(Replacement.MinimumLife);
        await Assert.That(instance.View.Pid).IsNotEqualTo(old.Pid);
        world.Machine.Exit(old, new ExitStatus(0, null));
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsNull();
    }

    [Test]
    public async Task A_preStart_that_fails_leaves_the_old_one_alone(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = BeginWithPreStart(world);
        world.Machine.Exit(world.Machine.Hooks("preStart").Single(), new ExitStatus(5, null));
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsEqualTo($"preStart exited 5; the old one keeps running (pid {old.Pid})");
        await Assert.That((instance.View.Pid, instance.State.Phase, instance.State.Failures, Children(world).Count))
            .IsEqualTo((old.Pid, LifecyclePhase.Online, 0, 1));
        // Nothing is left of it that would keep another one from being tried.
        var again = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        await Assert.That(world.Machine.Hooks("preStart").Count).IsEqualTo(1);
        await Assert.That(again.Reached.IsCompleted).IsFalse();
    }

    [Test]
    public async Task What_takes_the_old_one_away_ends_the_preStart_of_the_new_one(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = BeginWithPreStart(world);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).StartsWith("it is no longer online: ");
        await Assert.That(world.Machine.Hooks("preStart")).IsEmpty();
        world.Machine.Exit(old, new ExitStatus(0, null));
        world.Advance(60);
        await Assert.That(world.Machine.Living).IsEmpty();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task A_daemon_that_dies_during_that_preStart_leaves_the_old_one_alone(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = BeginWithPreStart(world);
        world.RestartDaemon();
        world.Advance(60);
        await Assert.That(world.Machine.Living.Select(static child => child.Pid)).IsEquivalentTo([old.Pid]);
        await Assert.That((world.Again(instance).View.Pid, world.Again(instance).State.Phase))
            .IsEqualTo((old.Pid, LifecyclePhase.Online));
    }

    /// <summary>Its first preStart has succeeded, that of the reload runs.</summary>
    static (SupervisedProcess Instance, FakeProcess Old, PendingChange Settled) BeginWithPreStart(World world)
    {
        var instance = world.StartNew(Web with { Hooks = new HookConfig { PreStart = "migrate" } });
        world.Machine.Exit(world.Machine.Hooks("preStart").Single(), new ExitStatus(0, null));
        world.Step();
        var old = Children(world).Single();
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        return (instance, old, settled);
    }

    static List<FakeProcess> Children(World world) => [.. world.Machine.Living.Where(process => process.Hook is null)];

    [Test]
    public async Task A_new_one_that_is_late_is_stopped_and_then_killed(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = Begin(world, Slow);
        var young = Other(world, old);
        world.Advance(5);
        await Assert.That(Signals(world, young)).IsEquivalentTo([15, 18]);
        world.Advance(10);
        await Assert.That(young.Lives).IsFalse();
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem)
            .IsEqualTo("the new one was not ready within 5 s: it did not send READY=1; the old one keeps running (pid "
                + $"{old.Pid})");
        await Assert.That((instance.View.Pid, instance.State.Restarts)).IsEqualTo((old.Pid, 0));
        await Assert.That(world.Outputs.OpenRuns.Count).IsEqualTo(1);
    }

    [Test]
    public async Task It_is_the_new_one_that_has_to_say_that_it_is_ready(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = Begin(world, Slow);
        var young = Other(world, old);
        world.Notify.Say(instance.View.RunId, old.Pid, "READY=1");
        world.Advance(2);
        await Assert.That(instance.View.Pid).IsEqualTo(old.Pid);
        world.Notify.Say(instance.Replacement!.Run!.Id, young.Pid, "READY=1");
        world.Step();
        await Assert.That(instance.View.Pid).IsEqualTo(young.Pid);
    }

    /// <summary>It says nothing more, and nobody would close the socket.</summary>
    [Test]
    public async Task A_replaced_child_that_has_ended_gets_no_socket_from_the_next_daemon(
        CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = Begin(world, Slow);
        var young = Other(world, old);
        world.Notify.Say(instance.Replacement!.Run!.Id, young.Pid, "READY=1");
        world.Step();
        world.Machine.LeftoversOfNext = 3;
        world.Machine.Exit(old, new ExitStatus(0, null));
        world.Loop.RunPending();
        await Assert.That(instance.Replacement!.Phase).IsEqualTo(ReplacementPhase.Sweeping);
        world.RestartDaemon(saveFirst: false);
        var next = world.Again(instance);
        await Assert.That(world.Notify.Open.Single()).IsEqualTo(next.View.RunId);
        for (var i = 0; i < 20; i++) world.Advance(1);
        await Assert.That((next.View.Pid, next.Replacement)).IsEqualTo((young.Pid, (Replacement?)null));
        await Assert.That(world.Notify.Open.Single()).IsEqualTo(next.View.RunId);
    }

    [Test]
    public async Task An_answer_that_the_old_one_may_have_given_is_not_enough(CancellationToken cancellation)
    {
        using var world = new World();
        world.Dialer.Answer = static _ => (null, "HTTP/1.1 200 OK");
        var (instance, old, _) = Begin(world, Web with { Ready = new Probe { Tcp = "127.0.0.1:80" } });
        world.Advance(0.9);
        await Assert.That(instance.View.Pid).IsEqualTo(old.Pid);
        world.Advance(0.2);
        await Assert.That(instance.View.Pid).IsEqualTo(Other(world, old).Pid);
    }

    [Test]
    public async Task Each_child_knows_what_it_was_started_with(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.Answer = static (_, signal) => signal is 15 or 9 ? new ExitStatus(null, signal) : null;
        var instance = world.StartNew(Web);
        var (former, config) = (instance.Definition.Config, instance.Definition.Config with { Umask = "027" });
        instance.Redefine(instance.Definition with { Config = config });
        await Assert.That(instance.View.StartedWith).IsEqualTo(former);
        world.Supervisor.Table.Put(instance.Definition);
        world.Save();
        world.RestartDaemon();
        instance = world.Again(instance);
        config = instance.Definition.Config;
        await Assert.That((config.Umask, instance.View.StartedWith is null, instance.View.StartedWith?.Umask))
            .IsEqualTo(("027", false, null));
        world.Supervisor.Reload([instance], "reloaded");
        world.Step();
        await Assert.That((instance.Replacement is not null, instance.View.StartedWith is null))
            .IsEqualTo((true, false));
        // The new one may stay in the place of the old one, or not: each has its own.
        config = config with { Umask = "077" };
        instance.Redefine(instance.Definition with { Config = config });
        world.Advance(2);
        world.Step();
        await Assert.That(instance.View.StartedWith!.Umask).IsEqualTo("027");
        world.Supervisor.Restart(instance, "restarted");
        world.Advance(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.View.StartedWith).IsNull();
    }

    [Test]
    public async Task One_that_cannot_be_started_is_a_failure_with_its_reason(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        var old = world.Machine.Only(instance.Key);
        world.Machine.FailNext(new SpawnFailure("execute", 2, "no such program"));
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsEqualTo($"no such program; the old one keeps running (pid {old.Pid})");
        await Assert.That((instance.Replacement, instance.State.Phase))
            .IsEqualTo(((Replacement?)null, LifecyclePhase.Online));
    }

    [Test]
    [Arguments("stop", false)]
    [Arguments("stop", true)]
    [Arguments("restart", false)]
    [Arguments("restart", true)]
    [Arguments("crash", false)]
    [Arguments("crash", true)]
    [Arguments("shutdown", false)]
    [Arguments("shutdown", true)]
    public async Task What_comes_in_between_ends_it_and_waits_for_both(string what, bool afterTheChange,
        CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, settled) = Begin(world, Web);
        var young = Other(world, old);
        if (afterTheChange) world.Advance(1);
        var (first, second) = afterTheChange ? (young, old) : (old, young);
        switch (what)
        {
            case "stop": world.Supervisor.Stop(instance, CauseRequest.Stop); break;
            case "restart": world.Supervisor.Restart(instance, CauseRequest.Restart); break;
            case "shutdown": _ = world.Supervisor.Shutdown(); break;
            case "crash": world.Machine.Exit(first, new ExitStatus(1, null)); break;
        }
        world.Step();
        await Assert.That(Signals(world, second)).IsEquivalentTo([15, 18]);
        if (first.Lives) world.Machine.Exit(first, new ExitStatus(0, null));
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Sweeping);
        await Assert.That(world.Machine.Living.Single()).IsSameReferenceAs(second);
        world.Machine.Exit(second, new ExitStatus(0, null));
        world.Step();
        var expected = what switch
        {
            "restart" => LifecyclePhase.Online,
            "crash" => LifecyclePhase.Waiting,
            _ => LifecyclePhase.Stopped
        };
        await Assert.That(instance.State.Phase).IsEqualTo(expected);
        await settled.Reached.WaitAsync(cancellation);
        if (!afterTheChange) await Assert.That(settled.Problem).StartsWith("the new one was no longer needed: ");
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(what == "restart" ? 1 : 0);
        // The last look is the one for all marks.
        await Assert.That(world.Machine.Swept[^1].OtherStartTicks).IsNull();
    }

    [Test]
    public async Task A_deleted_process_answers_who_waits(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, _, settled) = Begin(world, Web);
        world.Supervisor.Table.Remove(instance.Key.Id);
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsEqualTo("it was deleted");
    }

    [Test]
    public async Task As_long_as_both_live_only_what_cannot_be_the_others_is_swept(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = Begin(world, Web);
        var young = Other(world, old);
        world.Advance(1);
        world.Machine.Exit(old, new ExitStatus(0, null));
        world.Step();
        var mark = world.Machine.Swept.Single();
        await Assert.That((mark.Pid, mark.StartTicks, mark.OtherStartTicks))
            .IsEqualTo((old.Pid, old.StartTicks, young.StartTicks));
        await Assert.That(mark.Fifos).IsEquivalentTo([old.Request.StdoutPath, old.Request.StderrPath]);
        await Assert.That(instance.View.Pid).IsEqualTo(young.Pid);
    }

    [Test]
    [Arguments("intent")]
    [Arguments("spawned")]
    [Arguments("starting")]
    [Arguments("ended while starting")]
    [Arguments("leaving")]
    [Arguments("ended while leaving")]
    [Arguments("sweeping")]
    public async Task A_daemons_death_in_the_middle_leaves_exactly_one(string when, CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        var old = world.Machine.Only(instance.Key);
        if (when == "intent") world.Outputs.BeforeOpen = () => throw new DaemonDied();
        if (when == "spawned") world.Machine.AfterSpawn = () => throw new DaemonDied();
        world.Save();
        world.Supervisor.Reload([instance], CauseRequest.Reload);
        try
        {
            world.Step();
        }
        catch (DaemonDied)
        {
            (world.Outputs.BeforeOpen, world.Machine.AfterSpawn) = (null, null);
        }
        var hasChanged = when is "leaving" or "ended while leaving" or "sweeping";
        if (hasChanged) world.Advance(1);
        if (when == "sweeping")
        {
            world.Machine.LeftoversOfNext = 3;
            world.Machine.Exit(old, new ExitStatus(0, null));
            world.Loop.RunPending();
            await Assert.That(instance.Replacement!.Phase).IsEqualTo(ReplacementPhase.Sweeping);
        }
        var young = world.Machine.All.FirstOrDefault(process => process != old);
        var (stays, goes) = hasChanged ? (young!, old) : (old, young);
        world.RestartDaemon(() =>
        {
            if (when.StartsWith("ended", StringComparison.Ordinal)) world.Machine.Exit(goes!, new ExitStatus(3, null));
        }, saveFirst: false);
        var next = world.Again(instance);
        await Assert.That((next.View.Pid, next.State.Phase)).IsEqualTo((stays.Pid, LifecyclePhase.Online));
        for (var i = 0; i < 20; i++) world.Advance(1);
        await Assert.That(world.Machine.Living.Single()).IsSameReferenceAs(stays);
        await Assert.That((next.View.Pid, next.State.Phase, next.Replacement))
            .IsEqualTo((stays.Pid, LifecyclePhase.Online, (Replacement?)null));
        await Assert.That(world.Machine.All.All(process => process.Lives || process.IsReaped)).IsTrue();
        await Assert.That(next.State.Restarts).IsEqualTo(hasChanged ? 1 : 0);
        if (goes is not null) await Assert.That(goes.Leftovers).IsEqualTo(0);
        // And a restart afterwards finds its way.
        world.Machine.LeftoversOfNext = 0;
        world.Supervisor.Restart(next, CauseRequest.Restart);
        world.Step();
        world.Exit(next, 0);
        await Assert.That(next.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task An_end_that_the_guardian_tells_again_to_the_next_daemon_is_counted_once(
        CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = Begin(world, Web);
        var second = Other(world, old);
        world.RestartDaemon(saveFirst: false);
        (world.Machine.Reaped, world.Machine.LeftoversOfNext) = (null, 3);
        world.Machine.Exit(second, new ExitStatus(0, null));
        foreach (var record in world.Machine.Unacknowledged) world.Supervisor.ApplyGuardianRecord(record);
        // Its leftovers are still there, and nothing was acknowledged.
        world.RestartDaemon(saveFirst: false);
        var next = world.Again(instance);
        await Assert.That(next.View.RecentExits.Count).IsEqualTo(1);
        for (var i = 0; i < 20; i++) world.Advance(1);
        await Assert.That((next.View.Pid, next.Replacement)).IsEqualTo((old.Pid, (Replacement?)null));
    }

    [Test]
    public async Task Instances_go_one_after_the_other_and_not_on_after_a_failure(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.Answer = static (_, signal) => signal is 15 or 9 ? new ExitStatus(null, signal) : null;
        var instances = world.DefineAll(Web with { Instances = 3 });
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        var before = instances.Select(instance => instance.View.Pid).ToList();
        var pending = world.Supervisor.Reload(instances, CauseRequest.Reload);
        world.Step();
        for (var i = 0; i < 3; i++)
        {
            await Assert.That(instances.Count(instance => instance.Replacement is not null)).IsEqualTo(1);
            await Assert.That(instances[i].Replacement).IsNotNull();
            world.Advance(1);
            world.Step();
        }
        await Task.WhenAll(pending.Select(one => one.Reached)).WaitAsync(cancellation);
        await Assert.That(instances.Select(instance => instance.View.Pid).Intersect(before)).IsEmpty();

        pending = world.Supervisor.Reload(instances, CauseRequest.Reload);
        world.Step();
        world.Advance(1);
        world.Step();
        world.Machine
            .Exit(world.Machine.Living.Single(process => process.Pid == instances[1].Replacement!.Run!.Child!.Pid),
                new ExitStatus(1, null));
        world.Step();
        await Task.WhenAll(pending.Select(one => one.Reached)).WaitAsync(cancellation);
        await Assert.That(pending.Select(one => one.Problem is null).ToList()).IsEquivalentTo([true, false, false]);
        await Assert.That(pending[2].Problem).IsEqualTo("not reloaded, because web:1 could not be reloaded");
    }

    [Test]
    public async Task By_signal_the_child_goes_on(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with { Reload = new ReloadConfig { Mode = "signal", Signal = "USR2" } });
        var child = world.Machine.Only(instance.Key);
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        await settled.Reached.WaitAsync(cancellation);
        await Assert.That(settled.Problem).IsNull();
        await Assert.That(world.Machine.Sent).IsEquivalentTo([(child.Pid, 12, false)]);
        await Assert.That((instance.State.Phase, instance.State.Restarts)).IsEqualTo((LifecyclePhase.Online, 0));
    }

    [Test]
    public async Task What_is_not_online_is_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(Web);
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        await Assert.That((await settled.Reached.WaitAsync(cancellation)).Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        await Assert.That((await settled.Reached.WaitAsync(cancellation)).Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task What_was_stopped_before_its_turn_stays_so(CancellationToken cancellation)
    {
        using var world = new World();
        var instances = world.DefineAll(Web with { Instances = 2 });
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        var pending = world.Supervisor.Reload(instances, CauseRequest.Reload);
        world.Step();
        world.Supervisor.Stop(instances[1], CauseRequest.Stop);
        world.Machine.Exit(world.Machine.Only(instances[1].Key), new ExitStatus(0, null));
        world.Advance(1);
        world.Machine.Exit(world.Machine.Living.First(), new ExitStatus(0, null));
        world.Step();
        await pending[1].Reached.WaitAsync(cancellation);
        await Assert.That(pending[1].Problem).IsEqualTo("it is no longer online: stopped by user");
        await Assert.That(instances[1].State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task Health_is_asked_of_the_new_one_from_then_on(CancellationToken cancellation)
    {
        using var world = new World();
        var (instance, old, _) = Begin(world, Web with { Health = new Probe { Notify = true, IntervalMs = 5000 } });
        world.Advance(1);
        world.Machine.Exit(old, new ExitStatus(0, null));
        for (var i = 0; i < 3; i++)
        {
            world.Advance(3);
            world.Notify.Say(instance.View.RunId, instance.View.Pid!.Value, "WATCHDOG=1");
        }
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(5);
        await Assert.That(instance.State.Reason).IsEqualTo("no sign of life for 5 s");
    }

    [Test]
    public async Task Both_listen_on_the_same_sockets_and_new_addresses_stay(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with { Listen = [":1"] });
        var old = world.Machine.Only(instance.Key);
        world.Supervisor.Put(
            instance.Definition with { Config = instance.Definition.Config with { Listen = [":1", ":2"] } });
        world.Supervisor.Reload([instance], CauseRequest.Reload);
        world.Step();
        await Assert.That(world.Sockets.AddressesOf(Other(world, old).Request)).IsEqualTo(":1 :2");
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":1", ":2"]);
        world.Machine.Exit(Other(world, old), new ExitStatus(1, null));
        world.Step();
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":1"]);
    }

    /// <summary>Online, and a reload begun.</summary>
    static (SupervisedProcess Instance, FakeProcess Old, PendingChange Settled) Begin(World world, ProcessConfig config)
    {
        var instance = world.StartNew(config);
        if (config.Ready is { Notify: not null }) world.Notify.Say(
            instance.View.RunId, instance.View.Pid!.Value, "READY=1");
        world.Step();
        var old = world.Machine.Only(instance.Key);
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Step();
        return (instance, old, settled);
    }

    static FakeProcess Other(World world, FakeProcess one) =>
        world.Machine.Living.Single(process => process != one && process.Key == one.Key);

    static List<int> Signals(World world, FakeProcess process) =>
        [.. world.Machine.Sent.Where(sent => sent.Pid == process.Pid && sent.Signal != 9).Select(sent => sent.Signal)];
}
