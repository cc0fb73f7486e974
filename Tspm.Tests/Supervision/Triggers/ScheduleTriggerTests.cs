using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Triggers;

/// <summary>Restarts and jobs by the clock, which is moved by hand.</summary>
[Timeout(30_000)]
internal sealed class ScheduleTriggerTests
{
    static readonly ProcessConfig Nightly = new()
    {
        Name = "web",
        Command = "web",
        Schedule = new ScheduleConfig { Cron = "0 3 * * *", TimeZone = "UTC" },
    };
    static readonly ProcessConfig Job = Nightly with
    {
        Schedule = Nightly.Schedule! with { Cron = "*/10 * * * *", Action = "start" },
    };
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    static ProcessConfig JobWith(string overlap) => Job with { Schedule = Job.Schedule! with { Overlap = overlap } };

    [Test]
    public async Task It_is_restarted_when_its_time_has_come_and_that_is_no_failure(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Nightly);
        await Assert.That(instance.View.NextRunAt).IsEqualTo(World.Midnight.AddHours(3));
        world.Advance(TimeSpan.FromHours(3) - TimeSpan.FromMilliseconds(1));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Exit(instance, 0);
        await Assert.That(instance.State).IsEqualTo(instance.State with
        {
            Phase = LifecyclePhase.Online,
            Restarts = 1,
            Failures = 0,
            Cause = Cause.Observed(CauseCode.Schedule, "0 3 * * *"),
        });
        await Assert.That(instance.View.NextRunAt).IsEqualTo(World.Midnight.AddHours(27));
    }

    [Test]
    public async Task A_restart_never_starts_what_was_stopped_and_wakes_what_gave_up(CancellationToken cancellation)
    {
        using var world = new World();
        var stopped = world.StartNew(Nightly);
        world.Supervisor.Stop(stopped, CauseRequest.Stop);
        world.Exit(stopped, 0);
        var never = world.Define(Nightly with { Name = "never" });
        var broken = world.StartNew(Nightly with
        {
            Name = "broken",
            Restart = new RestartConfig { MaxConsecutive = 1 },
        });
        world.Exit(broken, 1);
        await Assert.That(broken.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        world.Advance(TimeSpan.FromHours(4));
        await Assert.That(stopped.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(never.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(broken.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_job_runs_at_its_times_and_is_stopped_in_between(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(Job);
        world.Step();
        await Assert.That(instance.View.NextRunAt).IsEqualTo(World.Midnight.AddMinutes(10));
        for (var run = 1; run <= 3; run++)
        {
            world.Advance(Minute * 10);
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
            await Assert.That(instance.State.Reason).IsEqualTo("schedule: */10 * * * *");
            world.Exit(instance, run % 2);
            await Assert.That(instance.State).IsEqualTo(instance.State with
            {
                Phase = LifecyclePhase.Stopped,
                Desired = DesiredState.Down,
                Failures = 0,
            });
        }
        await Assert.That(world.Machine.All.Count).IsEqualTo(3);
    }

    [Test]
    public async Task A_job_that_was_stopped_runs_again_at_its_next_time_unless_it_is_disabled_or_deleted(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Job);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        world.Advance(Minute * 10);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(instance, 0);
        world.Supervisor.Put(instance.Definition with { Config = instance.Definition.Config with { Enabled = false } });
        world.Advance(Minute * 60);
        await Assert.That(instance.View.NextRunAt).IsNull();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        var other = world.Define(Job with { Name = "other" });
        world.Supervisor.Table.Remove(other.Key.Id);
        world.Advance(Minute * 60);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
        await Assert.That(world.Loop.Timers.UntilNext()).IsNull();
    }

    [Test]
    public async Task A_run_that_is_not_over_is_left_alone_and_its_time_skipped(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Job);
        world.Advance(Minute * 25);
        world.Exit(instance, 0);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.Advance(Minute * 5);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_queued_run_follows_once_and_not_after_a_stop(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(JobWith("queue"));
        world.Advance(Minute * 25);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.Advance(Minute * 5);
        world.Advance(Minute * 10);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.All.Count).IsEqualTo(3);
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_queued_run_follows_under_the_next_daemon_too(bool endsMeanwhile, CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(JobWith("queue"));
        world.Advance(Minute * 15);
        var first = world.Machine.Only(instance.Key);
        world.RestartDaemon(() =>
        {
            if (endsMeanwhile) world.Machine.Exit(first, new ExitStatus(0, null));
        });
        world.Step();
        instance = world.Again(instance);
        if (!endsMeanwhile) world.Exit(instance, 0);
        await Assert.That(instance.State).IsEqualTo(instance.State with
        {
            Phase = LifecyclePhase.Online,
            Cause = Cause.Observed(CauseCode.Schedule, "*/10 * * * *"),
        });
        world.RestartDaemon();
        instance = world.Again(instance);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_daemon_that_is_stopped_leaves_nothing_queued(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(JobWith("queue"));
        world.Advance(Minute * 15);
        var ended = world.Supervisor.Shutdown();
        world.Exit(instance, 0);
        await ended.WaitAsync(cancellation);
        world.RestartDaemon();
        world.Advance(Minute);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_run_that_is_to_be_killed_makes_room_for_the_next(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(JobWith("kill"));
        world.Advance(Minute * 10);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Exit(instance, 0);
        await Assert.That(instance.State).IsEqualTo(instance.State with
        {
            Phase = LifecyclePhase.Online,
            Cause = Cause.Observed(CauseCode.Schedule, "*/10 * * * *"),
            Restarts = 1,
        });
    }

    [Test]
    public async Task A_job_is_tried_again_when_its_policy_says_so(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Job with { Restart = new RestartConfig { Policy = "on-failure" } });
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.Advance(1);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task A_job_is_not_started_with_the_daemon_but_its_times_go_on(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Job);
        _ = world.Supervisor.Shutdown();
        world.Advance(5);
        world.Exit(instance, 0);
        world.RestartDaemon();
        instance = world.Again(instance);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.Advance(Minute * 10);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.RestartDaemon();
        instance = world.Again(instance);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
    }

    [Test]
    public async Task Nothing_is_started_while_the_daemon_goes_down(CancellationToken cancellation)
    {
        using var world = new World();
        var slow = world.StartNew(new ProcessConfig
        {
            Name = "slow",
            Command = "slow",
            Stop = new StopConfig { TimeoutMs = 3_600_000 },
        });
        var job = world.Define(Job);
        _ = world.Supervisor.Shutdown();
        world.Advance(Minute * 30);
        await Assert.That(job.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(slow.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
    }

    [Test]
    public async Task A_clock_that_is_put_forward_brings_what_it_passed_once(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(Job);
        world.Step();
        world.SetWallClock(TimeSpan.FromHours(5));
        world.Advance(Minute);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.View.NextRunAt).IsEqualTo(World.Midnight.AddHours(5).AddMinutes(10));
        world.Exit(instance, 0);
        world.Advance(Minute * 8);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task A_clock_that_is_put_back_a_little_repeats_nothing_and_a_lot_begins_anew(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Nightly with { Schedule = Nightly.Schedule! with { Cron = "0 * * * *" } });
        world.Advance(Minute * 60);
        world.Exit(instance, 0);
        world.SetWallClock(TimeSpan.FromMinutes(-30));
        world.Advance(Minute);
        await Assert.That(instance.View.NextRunAt).IsEqualTo(World.Midnight.AddHours(2));
        world.Advance(Minute * 30);
        await Assert.That(instance.State.Restarts).IsEqualTo(1);
        world.SetWallClock(TimeSpan.FromDays(-7));
        world.Advance(Minute * 2);
        await Assert.That(instance.View.NextRunAt).IsEqualTo(World.Midnight.AddDays(-7).AddHours(2));
    }

    [Test]
    public async Task Without_a_schedule_no_timer_runs(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartNew();
        await Assert.That(world.Loop.Timers.UntilNext()).IsNull();
    }

    [Test]
    public async Task A_restart_is_armed_while_it_is_wanted_up(CancellationToken cancellation)
    {
        using var world = new World();
        var added = world.Define(Nightly with { Name = "added" });
        var web = world.StartNew(Nightly);
        world.Step();
        await Assert.That(added.View.NextRunAt).IsNull();
        await Assert.That(web.View.NextRunAt).IsNotNull();
        world.Supervisor.Stop(web, CauseRequest.Stop);
        world.Exit(web, 0);
        await Assert.That(web.View.NextRunAt).IsNull();
        await Assert.That(world.Loop.Timers.UntilNext()).IsNull();
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        await Assert.That(web.View.NextRunAt).IsEqualTo(World.Midnight.AddHours(3));
    }

    [Test]
    public async Task A_restart_of_what_ended_by_itself_for_good_is_not_armed(CancellationToken cancellation)
    {
        using var world = new World();
        var once = world.StartNew(Nightly with { Restart = new RestartConfig { Policy = "never" } });
        await Assert.That(once.View.NextRunAt).IsNotNull();
        world.Exit(once, 0);
        await Assert.That(once.View.NextRunAt).IsNull();
        world.Advance(TimeSpan.FromHours(4));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_restart_of_what_is_started_by_hand_only_is_armed_while_it_is_up(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Nightly with { Enabled = false });
        await Assert.That(instance.View.NextRunAt).IsNotNull();
        world.Advance(TimeSpan.FromHours(3));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
    }

    [Test]
    public async Task A_job_is_armed_from_its_definition_on_and_a_stop_leaves_it_so(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(Job);
        world.Step();
        await Assert.That(instance.View.NextRunAt).IsNotNull();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Step();
        await Assert.That(instance.View.NextRunAt).IsNotNull();
        world.Supervisor.Put(instance.Definition with { Config = instance.Definition.Config with { Enabled = false } });
        world.Step();
        await Assert.That(instance.View.NextRunAt).IsNull();
        world.Supervisor.Put(instance.Definition with { Config = instance.Definition.Config with { Enabled = true } });
        world.Step();
        await Assert.That(instance.View.NextRunAt).IsNotNull();
    }

    [Test]
    public async Task A_job_without_times_runs_when_it_is_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Job with { Schedule = new ScheduleConfig { Action = "start" } });
        await Assert.That(instance.View.NextRunAt).IsNull();
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.Advance(TimeSpan.FromDays(2));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task An_instance_that_a_job_gets_during_a_run_waits_for_its_time(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Job);
        world.Supervisor.Changes.Scale(
            instance.Definition with { Config = instance.Definition.Config with { Instances = 2 } },
            "scaled");
        world.Step();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        world.Exit(instance, 0);
        world.Advance(Minute * 10);
        await Assert.That(world.Machine.All.Count).IsEqualTo(3);
    }
}
