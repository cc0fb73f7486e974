using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>Which run is the last one that stayed up, and with what it is compared, over all that can happen.</summary>
[Timeout(30_000)]
internal sealed class FactsTests
{
    /// <summary>Long enough to have stayed up.</summary>
    static readonly TimeSpan Long = RestartPolicy.From(new ProcessConfig()).MinUptime;

    static readonly TimeSpan Short = Long / 10;

    static RunChanges? Ask(World world, SupervisedProcess instance)
    {
        if (instance.Facts.AskForChanges() is not { } question) return null;
        if (question.Until is { } until) return FactsComparison.Between(question.Good, until, isNow: false);
        RunFacts? now = null;
        var (hung, refuses) = (world.Facts.Hangs, world.Facts.Refuses);
        (world.Facts.Hangs, world.Facts.Refuses) = (false, false);
        world.Facts.TryRead([question.Now!], read => now = read[0]);
        (world.Facts.Hangs, world.Facts.Refuses) = (hung, refuses);
        return FactsComparison.Between(question.Good, now!, isNow: true);
    }

    static string Whats(RunChanges? changes) =>
        changes is null ? "none" : string.Join(' ', changes.Changes.Select(change => change.What));

    [Test]
    public async Task A_run_that_failed_is_compared_with_the_last_one_that_stayed_up(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var good = instance.View;
        world.Advance(Long);
        world.Facts.ScriptHash = "2";
        world.Exit(instance, 1);
        world.Advance(60);
        var failed = instance.View;
        world.Exit(instance, 1);
        var changes = Ask(world, instance)!;
        await Assert.That(Whats(changes)).IsEqualTo("script");
        await Assert.That(changes.Since)
            .IsEqualTo(new RunOfChanges { Pid = good.Pid!.Value, RunId = $"{good.RunId}", StartedAt = good.StartedAt });
        await Assert.That(changes.Until!.RunId).IsEqualTo($"{failed.RunId}");
        // It was repaired, and not started yet: what failed is explained all the same.
        world.Facts.ScriptHash = "1";
        await Assert.That(Whats(Ask(world, instance))).IsEqualTo("script");
        // Started again, with what it had once.
        world.Advance(60);
        await Assert.That(Whats(Ask(world, instance))).IsEqualTo("");
    }

    [Test]
    public async Task A_config_without_an_environment_is_kept_once(CancellationToken cancellation)
    {
        using var world = new World();
        var plain = world.Define(new ProcessConfig { Name = "plain", Command = "plain" });
        var secret = world.Define(new ProcessConfig
        {
            Name = "secret",
            Command = "secret",
            Env = new Dictionary<string, string> { ["TOKEN"] = "x" },
        });
        foreach (var process in new[] { plain, secret }) world.Supervisor.Start(process, CauseRequest.Start);
        world.Step();
        await Assert.That(plain.Current!.Facts!.Config).IsSameReferenceAs(plain.Definition.Config);
        await Assert.That(secret.Current!.Facts!.Config!.Env).IsNull();
        await Assert.That(plain.View.OutLog).IsSameReferenceAs(plain.Current.Streams.OutFile);
        await Assert.That(plain.View.ErrLog).IsSameReferenceAs(plain.Current.Streams.ErrFile);
    }

    [Test]
    public async Task Without_a_run_that_stayed_up_nothing_is_said(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        await Assert.That(Ask(world, instance)).IsNull();
        world.Advance(Short);
        world.Exit(instance, 1);
        world.Advance(60);
        await Assert.That(Ask(world, instance)).IsNull();
    }

    [Test]
    public async Task A_run_that_is_up_is_compared_with_what_is_there_now(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(Long);
        await Assert.That(Ask(world, instance) is { Until: null, Changes.Count: 0 }).IsTrue();
        world.Facts.ScriptHash = "2";
        await Assert.That(Ask(world, instance) is { Until: null, Changes.Count: 1 }).IsTrue();
    }

    [Test]
    public async Task A_run_that_was_stopped_counts_when_it_was_up_long_enough(CancellationToken cancellation)
    {
        foreach (var isLong in new[] { true, false })
        {
            using var world = new World();
            world.Machine.Answer = static (_, signal) => new ExitStatus(null, signal);
            var instance = world.StartNew();
            world.Advance(isLong ? Long : Short);
            world.Supervisor.Stop(instance, "stopped by user");
            world.Step();
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
            await Assert.That(Ask(world, instance) is not null).IsEqualTo(isLong);
        }
    }

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task A_run_that_was_ended_for_bad_health_was_not_good(bool isHealthy, CancellationToken cancellation)
    {
        using var world = new World();
        var config = new ProcessConfig { Name = "web", Command = "web" };
        var probe = new Probe { Http = "http://127.0.0.1/h", IntervalMs = 1000, Failures = 1 };
        world.Dialer.Answer = static _ => (null, "HTTP/1.1 200 OK");
        var instance = world.StartNew(config with { Health = probe });
        for (var second = 0; second < Long.TotalSeconds; second++) world.Advance(1);
        if (isHealthy)
        {
            world.Exit(instance, 1);
        }
        else
        {
            world.Dialer.Answer = static _ => (null, "HTTP/1.1 500 Oops");
            for (var second = 0; second < 3; second++) world.Advance(1);
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
            await Assert.That(Ask(world, instance)).IsNull();
            world.Exit(instance, 1);
        }
        await Assert.That(Ask(world, instance) is not null).IsEqualTo(isHealthy);
    }

    [Test]
    public async Task A_run_that_never_was_ready_did_not_stay_up(CancellationToken cancellation)
    {
        using var world = new World();
        var config = new ProcessConfig { Name = "web", Command = "web", StartTimeoutMs = 600_000 };
        var instance = world.StartNew(config with { Ready = new Probe { Notify = true } });
        world.Advance(Long * 2);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Exit(instance, 1);
        await Assert.That(Ask(world, instance)).IsNull();
    }

    [Test]
    public async Task A_job_is_good_when_it_succeeds_however_short_it_is(CancellationToken cancellation)
    {
        using var world = new World();
        var schedule = new ScheduleConfig { Action = ScheduleConfig.Start };
        var instance = world.StartNew(new ProcessConfig { Name = "job", Command = "job", Schedule = schedule });
        world.Exit(instance, 1);
        await Assert.That(Ask(world, instance)).IsNull();
        world.Supervisor.Start(instance, "started by user");
        world.Step();
        world.Exit(instance, 0);
        world.Facts.ScriptHash = "2";
        world.Supervisor.Start(instance, "started by user");
        world.Step();
        world.Exit(instance, 1);
        await Assert.That(Whats(Ask(world, instance))).IsEqualTo("script");
    }

    [Test]
    public async Task Each_instance_has_a_salt_of_its_own_that_nobody_can_guess(CancellationToken cancellation)
    {
        var salts = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            using var world = new World();
            foreach (var instance in world.DefineAll(
                new ProcessConfig { Name = "web", Command = "web", Instances = 2 }))
            {
                world.Supervisor.Start(instance, CauseRequest.Start);
                world.Advance(Long);
                var good = instance.Facts.AskForChanges()!.Good;
                // The next run has the same, or nothing could be compared.
                world.Supervisor.Restart(instance, CauseRequest.Restart);
                world.Exit(instance, 0);
                world.RestartDaemon();
                world.Advance(Long);
                await Assert.That(world.Again(instance).Facts.AskForChanges()!.Good is { } next
                    && next.RunId != good.RunId && next.Salt == good.Salt).IsTrue();
                salts.Add(good.Salt);
            }
        }
        await Assert.That(salts.Distinct().Count()).IsEqualTo(4);
        await Assert.That(salts.All(static salt => salt is { Length: >= 32 })).IsTrue();
    }

    [Test]
    public async Task What_is_changed_in_the_definition_is_told(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(Long);
        var config = instance.Definition.Config;
        config = config with { Args = ["-x"], Env = new Dictionary<string, string> { ["KEY"] = "v" } };
        world.Supervisor.Put(instance.Definition with { Config = config });
        world.Step();
        var changes = Ask(world, instance)!;
        await Assert.That(Whats(changes)).IsEqualTo("config environment");
        await Assert.That(changes.Changes[0].Names!).IsEquivalentTo(["args"]);
        await Assert.That(changes.Changes[1].Names!).IsEquivalentTo(["KEY"]);
    }

    [Test]
    public async Task All_is_known_after_the_death_of_the_daemon(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(Long);
        world.RestartDaemon();
        await Assert.That(Ask(world, world.Again(instance)) is { Changes.Count: 0 }).IsTrue();
        world.Facts.ScriptHash = "2";
        world.Exit(world.Again(instance), 1);
        world.RestartDaemon();
        world.Advance(60);
        world.RestartDaemon();
        world.Exit(world.Again(instance), 1);
        await Assert.That(Whats(Ask(world, world.Again(instance)))).IsEqualTo("script");
        world.RestartDaemon();
        var changes = Ask(world, world.Again(instance))!;
        await Assert.That(Whats(changes)).IsEqualTo("script");
        await Assert.That(changes.Until).IsNotNull();
    }

    [Test]
    public async Task A_child_that_was_being_stopped_when_the_daemon_died_had_stayed_up(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(Long);
        world.Supervisor.Stop(instance, "stopped by user");
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.RestartDaemon();
        world.Exit(world.Again(instance), 0);
        await Assert.That(Ask(world, world.Again(instance)) is { Changes.Count: 0 }).IsTrue();
    }

    [Test]
    public async Task After_a_reboot_the_machine_is_named(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(Long);
        world.RestartDaemon(() => world.Machine.Reboot("boot-2"));
        var changes = Ask(world, world.Again(instance))!;
        await Assert.That(Whats(changes)).IsEqualTo("machine");
    }

    [Test]
    public async Task A_reading_that_hangs_holds_up_nothing_and_may_come_late(CancellationToken cancellation)
    {
        using var world = new World();
        world.Facts.Hangs = true;
        var instance = world.StartNew();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(Long);
        // The config is known without a reading.
        await Assert.That(Ask(world, instance) is { Changes.Count: 0, NotKnown.Count: 4 }).IsTrue();
        world.Exit(instance, 1);
        world.Advance(60);
        world.Facts.Answer();
        world.Step();
        world.Facts.Hangs = false;
        world.Exit(instance, 1);
        world.Facts.ScriptHash = "2";
        world.Advance(60);
        world.Exit(instance, 1);
        await Assert.That(Ask(world, instance) is { Changes: [{ What: RunChange.Script }], NotKnown: null }).IsTrue();
    }

    [Test]
    public async Task A_reading_that_is_refused_leaves_it_unknown(CancellationToken cancellation)
    {
        using var world = new World();
        world.Facts.Refuses = true;
        var instance = world.StartNew();
        world.Advance(Long);
        world.Exit(instance, 1);
        await Assert.That(Ask(world, instance) is { Changes.Count: 0, NotKnown.Count: 4 }).IsTrue();
    }

    [Test]
    public async Task A_late_reading_of_a_deleted_process_brings_nothing_back(CancellationToken cancellation)
    {
        using var world = new World();
        world.Facts.Hangs = true;
        var instance = world.StartNew();
        instance.Forget();
        new Tspm.Storage.RunRecordStore(world.Home).Remove(instance.Key);
        world.Facts.Answer();
        world.Step();
        await Assert.That(new Tspm.Storage.RunRecordStore(world.Home).LoadAll()).IsEmpty();
    }

    [Test]
    public async Task A_reload_that_failed_is_compared_with_the_child_that_stayed(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(Long);
        var old = instance.View.RunId;
        world.Facts.ScriptHash = "2";
        world.Supervisor.Reload([instance], "reloaded by user");
        world.Step();
        await Assert.That(instance.Replacement).IsNotNull();
        var second = instance.Replacement!.Run!.Child!.Pid;
        world.Machine.Exit(world.Machine.Living.Single(child => child.Pid == second), new ExitStatus(1, null));
        world.Step();
        await Assert.That(instance.Replacement).IsNull();
        var changes = Ask(world, instance)!;
        await Assert.That(changes.Since.RunId).IsEqualTo($"{old}");
        await Assert.That(changes.Until).IsNotNull();
        await Assert.That(Whats(changes)).IsEqualTo("script");
    }
}
