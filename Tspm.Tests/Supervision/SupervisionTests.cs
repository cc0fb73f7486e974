using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision;

/// <summary>The life of a process under one daemon: restarts, backoff, stopping.</summary>
[Timeout(30_000)]
internal sealed class SupervisionTests
{
    static readonly SpawnFailure NoProgram = new("execute", 2, "cannot find the program 'web'");
    static readonly SpawnFailure NoPids = new("spawn", 11, "cannot start a process: Resource temporarily unavailable");

    [Test]
    public async Task A_run_after_a_daemons_death_comes_after_all_earlier_ones_whatever_the_clock_says(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var first = instance.View.RunId;
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        // Waiting, it has no run that the next daemon goes on with.
        world.RestartDaemon(() => world.SetWallClock(TimeSpan.FromDays(-5)));
        world.Advance(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(instance).View.RunId).IsGreaterThan(first);
    }

    [Test]
    public async Task A_stop_that_takes_effect_at_once_is_not_called_unchanged(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        var stop = world.Supervisor.Stop(instance, CauseRequest.Stop);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(stop.Unchanged).IsFalse();
        await Assert.That(world.Supervisor.Stop(instance, CauseRequest.Stop).Unchanged).IsTrue();
    }

    [Test]
    public async Task A_process_is_stopping_as_long_as_it_is_not_known_whether_anything_is_left(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        // The look at the end of the child, and the one of the clean-up.
        world.Machine.LooksThatDoNotKnow = 2;
        var stop = world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        await Assert.That((instance.State.Phase, stop.Reached.IsCompleted)).IsEqualTo((LifecyclePhase.Sweeping, false));
        world.Advance(0.01);
        await Assert.That((instance.State.Phase, stop.Reached.IsCompleted)).IsEqualTo((LifecyclePhase.Stopped, true));
    }

    [Test]
    public async Task A_jump_of_the_wall_clock_changes_no_delay_and_no_order_of_runs(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var first = instance.View.RunId;
        world.Clock.AdjustTime(world.Clock.GetUtcNow().AddDays(-20));
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.Advance(0.999);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.Advance(0.001);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.View.RunId).IsGreaterThan(first);
        // The next daemon learns the highest number from the records.
        world.RestartDaemon(() => world.Clock.AdjustTime(world.Clock.GetUtcNow().AddDays(-5)));
        var again = world.Again(instance);
        var second = again.View.RunId;
        world.Exit(again, 1);
        world.Advance(2);
        await Assert.That(world.Again(instance).View.RunId).IsGreaterThan(second);
    }

    [Test]
    public async Task Backoff_grows_by_a_second_up_to_ten_and_the_tenth_failure_is_final(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        for (var failure = 1; failure < 10; failure++)
        {
            world.Exit(instance, 1);
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
            await Assert.That(instance.View.NextStartAtMonotonic)
                .IsEqualTo(world.Loop.Timers.Now + TimeSpan.FromSeconds(failure));
            world.Advance(TimeSpan.FromSeconds(failure) - TimeSpan.FromMilliseconds(1));
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
            world.Advance(TimeSpan.FromMilliseconds(1));
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
            await Assert.That(instance.State.Restarts).IsEqualTo(failure);
        }
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(instance.State.Desired).IsEqualTo(DesiredState.Up);
        await Assert.That(instance.State.Reason).Contains("10 failures in a row");
        world.Advance(1000);
        await Assert.That(world.Machine.Living).IsEmpty();
    }

    [Test]
    public async Task A_run_of_the_minimum_uptime_clears_the_count(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        world.Advance(1);
        world.Advance(9.999);
        world.Exit(instance, 1);
        await Assert.That(instance.State.Failures).IsEqualTo(2);
        world.Advance(2);
        world.Advance(10);
        world.Exit(instance, 1);
        await Assert.That(instance.State.Failures).IsEqualTo(1);
        await Assert.That(instance.State.Restarts).IsEqualTo(2);
    }

    [Test]
    public async Task A_manual_start_clears_the_count_and_does_not_wait(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        var started = world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        await Assert.That(started.Reached.IsCompletedSuccessfully).IsTrue();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.State.Failures).IsEqualTo(0);
        world.Advance(60);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
    }

    [Test]
    public async Task Stop_during_backoff_cancels_the_restart(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        var stopped = world.Supervisor.Stop(instance, CauseRequest.Stop);
        await Assert.That(stopped.Reached.IsCompletedSuccessfully).IsTrue();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(instance.View.NextStartAtMonotonic).IsNull();
        world.Advance(100);
        await Assert.That(world.Machine.Living).IsEmpty();
    }

    [Test]
    public async Task Stop_waits_for_the_child_and_for_what_it_left_behind(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Machine.LeftoversOfNext = 3;
        var stopped = world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Step();
        await Assert.That(stopped.Reached.IsCompleted).IsFalse();
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Sweeping);
        for (var look = 0; look < 10; look++) world.Advance(World.LittleWhile);
        await Assert.That(stopped.Reached.IsCompletedSuccessfully).IsTrue();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task A_child_that_ignores_its_stop_signal_is_killed_with_its_group_after_the_timeout(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        var pid = instance.Child!.Pid;
        await Assert.That(world.Machine.Sent)
            .IsEquivalentTo([(pid, Signals.SIGTERM, false), (pid, Signals.SIGCONT, false)]);
        world.Advance(9.999);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Advance(0.001);
        // The rest of its group is killed by name, once it has ended.
        await Assert.That(world.Machine.Sent).Contains((pid, Signals.SIGKILL, false));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(instance.View.RecentExits[0].Signal).IsEqualTo("SIGKILL");
    }

    [Test]
    public async Task Without_killTree_only_the_child_itself_is_killed(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Stop = new StopConfig { KillTree = false, TimeoutMs = 50 },
        });
        world.Machine.LeftoversOfNext = 1;
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Advance(0.05);
        await Assert.That(world.Machine.Sent.Where(sent => sent.Signal == Signals.SIGKILL).Select(sent => sent.ToGroup))
            .IsEquivalentTo([false]);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.All[0].Leftovers).IsEqualTo(1);
    }

    [Test]
    public async Task The_stop_signal_of_a_shell_command_goes_to_its_group(CancellationToken cancellation)
    {
        using var world = new World();
        var stop = new StopConfig { Signal = "INT", TimeoutMs = 50 };
        var instance = world.StartNew(new ProcessConfig { Name = "web", Command = "a | b", Stop = stop });
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        await Assert.That(world.Machine.Sent[0]).IsEqualTo((instance.Child!.Pid, Signals.SIGINT, true));
    }

    [Test]
    public async Task Programs_that_outlive_their_shell_have_the_stop_timeout_to_end_by_themselves(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "a | b",
            Stop = new StopConfig { TimeoutMs = 1000 },
        });
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Machine.LeftoversOfNext = 5;
        world.Exit(instance, new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(world.Machine.All[0].Leftovers).IsEqualTo(5); // nobody was killed yet
        for (var look = 0; look < 30; look++) world.Advance(TimeSpan.FromMilliseconds(10));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    [Arguments("on-failure", 0, false)]
    [Arguments("on-failure", 1, true)]
    [Arguments("never", 0, false)]
    [Arguments("never", 1, false)]
    [Arguments("always", 0, true)]
    [Arguments("always", 1, true)]
    [Arguments("always", 7, false)]
    [Arguments("on-failure", 7, false)]
    public async Task The_restart_policy_decides_about_exits(string policy, int code, bool isRestarted,
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "job",
            Command = "job",
            Restart = new RestartConfig { Policy = policy, StopExitCodes = [7] },
        });
        world.Exit(instance, code);
        await Assert.That(instance.State.Phase)
            .IsEqualTo(isRestarted ? LifecyclePhase.Waiting : LifecyclePhase.Stopped);
        await Assert.That(instance.State.Desired).IsEqualTo(isRestarted ? DesiredState.Up : DesiredState.Down);
        await Assert.That(instance.View.RecentExits[0].ExitCode).IsEqualTo(code);
    }

    [Test]
    public async Task Restart_while_stopping_starts_after_the_old_child_is_gone(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var stopped = world.Supervisor.Stop(instance, CauseRequest.Stop);
        var restarted = world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Step();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(stopped.Reached.IsCompleted).IsTrue();
        await Assert.That(restarted.Reached.IsCompleted).IsTrue();
    }

    [Test]
    public async Task Start_while_stopping_starts_after_the_old_child_is_gone(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        var started = world.Supervisor.Start(instance, CauseRequest.Start);
        await Assert.That(started.Reached.IsCompleted).IsFalse();
        world.Exit(instance, 0);
        await Assert.That(started.Reached.IsCompleted).IsTrue();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.State.Desired).IsEqualTo(DesiredState.Up);
    }

    [Test]
    public async Task Stop_during_a_restart_leaves_it_stopped(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var restarted = world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(restarted.Reached.IsCompleted).IsTrue();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_spawn_by_hand_that_fails_is_errored_and_says_why(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.FailNext(NoProgram);
        var instance = world.StartNew();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(instance.State.Reason).IsEqualTo(NoProgram.Sentence);
        await Assert.That(world.Outputs.OpenRuns).IsEmpty();
    }

    [Test]
    public async Task A_spawn_that_may_work_later_is_tried_again(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.FailNext(NoPids);
        var instance = world.StartNew();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.Advance(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_spawn_that_keeps_failing_without_a_delay_does_not_keep_the_supervisor_from_others(
        CancellationToken cancellation)
    {
        using var world = new World();
        var eager = new RestartConfig { DelayMs = 0, MaxConsecutive = int.MaxValue };
        var instance = world.StartNew(new ProcessConfig { Name = "eager", Command = "eager", Restart = eager });
        for (var i = 0; i < 50; i++) world.Machine.FailNext(NoProgram);
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(instance.State.Failures).IsLessThan(5);
    }

    [Test]
    public async Task Without_a_delay_the_next_child_follows_at_once(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "eager",
            Command = "eager",
            Restart = new RestartConfig { DelayMs = 0 },
        });
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.State.Restarts).IsEqualTo(1);
    }

    [Test]
    public async Task Output_that_cannot_be_opened_is_a_spawn_failure(CancellationToken cancellation)
    {
        using var world = new World();
        world.Outputs.Failures.Enqueue(new SpawnFailure("open log file", 13, "cannot open the log file"));
        var instance = world.StartNew();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(world.Machine.All).IsEmpty();
    }

    [Test]
    public async Task Output_is_finished_once_for_every_run_that_ended(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        world.Advance(1);
        world.Exit(instance, 1);
        await Assert.That(world.Outputs.Finished.Count).IsEqualTo(2);
        await Assert.That(world.Outputs.OpenRuns).IsEmpty();
    }

    [Test]
    public async Task Memory_over_the_limit_restarts_the_process(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            MemoryLimitBytes = 2 << 20,
            MonitorIntervalMs = 1000,
        });
        world.Advance(1);
        world.Machine.MemoryOfEach = 3 << 20;
        while (instance.State.Phase == LifecyclePhase.Online)
        {
            world.Advance(1); // the reading is on another thread
            await Task.Delay(1, cancellation);
        }
        world.Exit(instance, new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting)
            .Because("a leak from the first second must not become a loop without a pause");
        await Assert.That(instance.State.Reason).IsEqualTo("memory 3 MB exceeded the limit of 2 MB");
        world.Advance(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That((instance.State.Restarts, instance.State.Failures)).IsEqualTo((1, 1));
    }

    [Test]
    public async Task Shutdown_stops_everything_and_keeps_what_the_user_wants(CancellationToken cancellation)
    {
        using var world = new World();
        var up = world.StartNew();
        var waiting = world.StartNew(new ProcessConfig { Name = "waiting", Command = "x" });
        world.Exit(waiting, 1);
        var down = world.Define(new ProcessConfig { Name = "down", Command = "x" });
        var shutdown = world.Supervisor.Shutdown();
        world.Exit(up, 0);
        await shutdown.WaitAsync(cancellation);
        world.Save();
        await Assert.That(world.Saved.Processes.Select(process => process.Desired))
            .IsEquivalentTo([DesiredState.Up, DesiredState.Up, DesiredState.Down]);
        await Assert.That(world.Machine.Living).IsEmpty();
        await Assert.That(down.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task Deleting_completes_what_waits_and_leaves_no_record(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        var never = instance.Life.WhenReached(state => state.Phase == LifecyclePhase.Errored);
        world.Supervisor.Table.Remove(instance.Key.Id);
        await Assert.That(never.IsCompleted).IsTrue();
        world.Advance(100);
        await Assert.That(Directory.GetFiles(world.Home.RunFolder)).IsEmpty();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_process_replaced_while_its_leftovers_are_killed_does_not_come_back(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Restart = new RestartConfig { DelayMs = 0 },
        });
        world.Machine.LeftoversOfNext = 1;
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Sweeping);
        world.Supervisor.Table.Remove(instance.Key.Id);
        for (var look = 0; look < 5; look++) world.Advance(World.LittleWhile);
        await Assert.That(world.Machine.Living).IsEmpty();
        await Assert.That(Directory.GetFiles(world.Home.RunFolder)).IsEmpty();
    }

    [Test]
    public async Task Environments_that_nobody_uses_any_more_are_forgotten(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(new ProcessConfig { Name = "web", Command = "web" });
        for (var i = 0; i < 100; i++)
        {
            var key = world.Supervisor.Table.Environments.Keep(new Dictionary<string, string> { ["N"] = $"{i}" });
            world.Supervisor.Table.Put(instance.Definition with { EnvironmentKey = key });
            world.Save();
        }
        await Assert.That(world.Saved.Environments.Count).IsEqualTo(1);
        await Assert.That(world.Supervisor.Table.Environments.Count).IsEqualTo(1);
        await Assert.That(world.Supervisor.Table.Environments.Of(instance.Definition)["N"]).IsEqualTo("99");
    }

    [Test]
    public async Task A_restart_whose_logs_cannot_be_opened_leaves_the_child_and_says_so(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var pid = instance.View.Pid;
        world.Outputs.NoLogs = new SpawnFailure(
            SpawnFailure.LogStage, 13, "cannot open the log file /x: Permission denied");
        var begun = world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Step();
        var problem = "not restarted: cannot open the log file /x: Permission denied; "
            + $"the old one keeps running (pid {pid})";
        await Assert.That((begun.Problem, begun.Reached.IsCompletedSuccessfully)).IsEqualTo((problem, true));
        await Assert.That((instance.State.Phase, instance.View.Pid, instance.State.Restarts))
            .IsEqualTo((LifecyclePhase.Online, pid, 0));
        await Assert.That((world.Told[^1].Kind, world.Told[^1].Reason)).IsEqualTo((EventKind.Failed, problem));
        world.Outputs.NoLogs = null;
        world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Step();
        world.Exit(instance, 0);
        await Assert.That((instance.State.Phase, instance.State.Restarts)).IsEqualTo((LifecyclePhase.Online, 1));
    }

    [Test]
    [Arguments("always", LifecyclePhase.Waiting), Arguments("on-failure", LifecyclePhase.Waiting),
        Arguments("never", LifecyclePhase.Errored)]
    public async Task What_has_run_before_and_is_missing_now_is_tried_again(
        string policy, object expected, CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(
            new ProcessConfig { Name = "web", Command = "web", Restart = new RestartConfig { Policy = policy } });
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        world.Machine.FailNext(NoProgram);
        world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        await Assert.That((object)instance.State.Phase).IsEqualTo(expected);
        await Assert.That(instance.State.Reason).IsEqualTo(NoProgram.Sentence);
        if (instance.State.Phase == LifecyclePhase.Waiting) world.Advance(1);
        else world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }
}
