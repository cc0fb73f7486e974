using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Supervision.Recovery;

namespace Tspm.Tests.Supervision;

/// <summary>
/// A daemon that is killed at any instant, and the next one: no child is lost, none is doubled, nothing is forgotten.
/// </summary>
[Timeout(30_000)]
internal sealed class DaemonDeathTests
{
    [Test]
    public async Task A_living_child_is_adopted_with_its_counters(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 3);
        world.Advance(1);
        var before = instance.View;
        world.RestartDaemon();
        var after = world.Again(instance).View;
        await Assert.That(after.Pid).IsEqualTo(before.Pid);
        await Assert.That(after.State with { StartedAtMonotonic = default }).IsEqualTo(before.State with
        {
            StartedAtMonotonic = default,
        });
        await Assert.That(after.State.StartedAtMonotonic - before.State.StartedAtMonotonic)
            .IsLessThan(TimeSpan.FromMilliseconds(1));
        await Assert.That(after.RecentExits).IsEquivalentTo(before.RecentExits);
        await Assert.That(after.RunId).IsEqualTo(before.RunId);
    }

    [Test]
    public async Task The_guardian_knows_the_exit_code_of_a_child_that_ended_while_no_daemon_lived(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon(() => world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(42, null)));
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsEqualTo(42);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Waiting);
    }

    [Test]
    public async Task A_zombie_that_the_dead_daemon_did_not_reap_is_told_by_the_guardian(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Save();
        world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(5, null));
        world.KillDaemon();
        world.StartDaemon();
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsEqualTo(5);
    }

    [Test]
    public async Task An_adopted_child_that_ends_later_has_its_status_from_the_guardian(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon();
        world.Exit(instance, 6);
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsEqualTo(6);
        world.Advance(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_record_that_comes_before_the_child_is_seen_to_end_counts_once(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon();
        world.Exit(instance, 6);
        world.Advance(60);
        await Assert.That(world.Again(instance).View.RecentExits.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).State.Restarts).IsEqualTo(1);
    }

    [Test]
    public async Task A_status_that_nobody_tells_within_the_patience_is_unknown(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon();
        world.Machine.Reaped = null;
        world.Exit(instance, 6);
        world.Advance(4.9);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(0.1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(world.Again(instance).View.RecentExits[0].Reason).IsEqualTo("ended, exit status unknown");
    }

    [Test]
    public async Task Under_a_new_guardian_the_status_is_unknown_at_once(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.GuardianPid = 901;
        world.RestartDaemon();
        world.Machine.Reaped = null;
        world.Exit(instance, 6);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsNull();
    }

    [Test]
    public async Task Under_a_new_guardian_the_kernel_tells_the_status_when_init_has_reaped(
        CancellationToken cancellation)
    {
        using var world = new World();
        (world.Machine.KernelTellsExits, world.Machine.InitIsLate) = (true, true);
        var instance = world.StartNew();
        var process = world.Machine.Only(instance.Key);
        world.GuardianPid = 901;
        world.RestartDaemon();
        world.Exit(instance, 6);
        await Assert.That(world.Again(instance).View.Pid).IsNull().Because("a zombie is not alive");
        await Assert.That(world.Again(instance).View.RecentExits).IsEmpty();
        world.Machine.InitReaps(process);
        world.Step();
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsEqualTo(6);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Waiting);
    }

    [Test]
    public async Task A_zombie_that_a_new_daemon_finds_tells_its_status_when_init_has_reaped(
        CancellationToken cancellation)
    {
        using var world = new World();
        (world.Machine.KernelTellsExits, world.Machine.InitIsLate) = (true, true);
        var instance = world.StartNew();
        var process = world.Machine.Only(instance.Key);
        world.GuardianPid = 901;
        world.RestartDaemon(() => world.Machine.Exit(process, new ExitStatus(7, null)));
        await Assert.That(world.Again(instance).View.RecentExits).IsEmpty();
        world.Machine.InitReaps(process);
        world.Step();
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsEqualTo(7);
    }

    [Test]
    public async Task An_init_that_never_reaps_is_not_waited_for_long(CancellationToken cancellation)
    {
        using var world = new World();
        (world.Machine.KernelTellsExits, world.Machine.InitIsLate) = (true, true);
        var instance = world.StartNew();
        world.GuardianPid = 901;
        world.RestartDaemon();
        world.Exit(instance, 6);
        world.Advance(4.9);
        await Assert.That(world.Again(instance).View.RecentExits).IsEmpty();
        world.Advance(0.1);
        await Assert.That(world.Again(instance).View.RecentExits[0].Reason).IsEqualTo("ended, exit status unknown");
    }

    [Test]
    public async Task A_spawn_that_the_dead_daemon_did_not_record_is_found_by_its_fifo(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(new ProcessConfig { Name = "web", Command = "web" });
        DieAtSpawn(world, instance);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(instance).Child!.Pid).IsEqualTo(world.Machine.All[0].Pid);
    }

    [Test]
    public async Task A_child_that_was_never_recorded_and_ended_meanwhile_is_not_run_a_second_time(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(new ProcessConfig
        {
            Name = "job",
            Command = "job",
            Restart = new RestartConfig { Policy = "never" },
        });
        world.Save();
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(instance, CauseRequest.Start),
            () => world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(3, null)));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Again(instance).View.RecentExits[0].ExitCode).IsEqualTo(3);
    }

    /// <summary>
    /// After the guardian told what it had reaped, and before the daemon looked whether the child lives: found by the
    /// explorer of states.
    /// </summary>
    [Test]
    public async Task A_child_that_ends_while_the_next_daemon_looks_for_it_is_not_forgotten(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.Define(new ProcessConfig
        {
            Name = "job",
            Command = "job",
            Restart = new RestartConfig { Policy = "never" },
        });
        world.Machine.BeforeLook = () => world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(3, null));
        DieAtSpawn(world, instance);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Again(instance).View.RecentExits.Single().ExitCode).IsEqualTo(3);
        await Assert.That(world.Told.Count(static told => told.Kind == EventKind.Exited)).IsEqualTo(1);
        await Assert.That(world.Machine.Unacknowledged).IsEmpty();
    }

    /// <summary>The same for the new child of a reload.</summary>
    [Test]
    public async Task The_new_child_of_a_reload_that_ends_while_it_is_looked_for_is_not_forgotten(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var old = world.Machine.Only(instance.Key);
        world.Save();
        world.Machine.BeforeLook = () => world.Machine.Exit(
            world.Machine.Living.Single(process => process.Pid != old.Pid), new ExitStatus(4, null));
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        Die(world, () =>
        {
            world.Supervisor.Reload([instance], CauseRequest.Reload);
            world.Step();
        });
        world.Advance(1);
        var after = world.Again(instance);
        await Assert.That((after.View.Pid, after.Replacement)).IsEqualTo((old.Pid, (Replacement?)null));
        await Assert.That(after.View.RecentExits.Single().ExitCode).IsEqualTo(4);
        await Assert.That(world.Machine.Unacknowledged).IsEmpty();
    }

    [Test]
    public async Task Who_started_before_the_intent_or_after_the_daemons_death_is_not_taken_for_its_child(
        CancellationToken cancellation)
    {
        var intent = new ChildRecord { RunId = 7, IntendedTicks = 100 };
        var left = new RecoveredState
        {
            Records = new Dictionary<InstanceKey, RunRecord>
            {
                [new(1, 0)] = new() { Current = new ChildRecord { RunId = 6, Pid = 4, StartTicks = 103 } },
            },
            Runs = [],
            DaemonDiedAtTicks = 110,
            Reaped = [Orphan(1, 99), Orphan(2, 111), Orphan(3, 105) with { LedSession = false }, Orphan(4, 103)],
        };
        await Assert.That(left.EndedBeforeRecorded(intent)).IsNull();
        await Assert.That((left with { Reaped = [.. left.Reaped, Orphan(5, 100)] }).EndedBeforeRecorded(intent)!.Pid)
            .IsEqualTo(5);
        await Assert.That((left with { Reaped = [Orphan(5, 100)], DaemonDiedAtTicks = 0 }).EndedBeforeRecorded(intent))
            .IsNull();

        static GuardianRecord Orphan(int pid, long ticks) =>
            new(1, pid, ticks, new ExitStatus(0, null), LedSession: true);
    }

    [Test]
    public async Task A_child_whose_record_was_lost_is_found_by_its_fifo_and_not_started_twice(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var pid = instance.Child!.Pid;
        world.RestartDaemon(() => new RunRecordStore(world.Home).Remove(instance.Key));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).Child!.Pid).IsEqualTo(pid);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_child_that_is_newer_than_its_record_is_found_by_its_fifo_and_not_started_twice(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        var stale = new RunRecordStore(world.Home).LoadAll()[instance.Key];
        world.Advance(1);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
        world.RestartDaemon(
            () => new RunRecordStore(world.Home).Save(instance.Key, stale)); // the disk was full since then
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(instance).Child!.Pid).IsEqualTo(world.Machine.All[1].Pid);
    }

    [Test]
    public async Task A_lost_definition_gets_the_environment_of_its_child_back(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon(() => world.Saved = ProcessesFile.Empty);
        var table = world.Supervisor.Table;
        await Assert.That(table.Environments.Of(world.Again(instance).Definition))
            .IsEquivalentTo(new Dictionary<string, string> { ["PATH"] = "/bin" });
    }

    [Test]
    public async Task A_lost_definition_without_a_child_gets_its_environment_from_the_run_record(
        CancellationToken cancellation)
    {
        using var world = new World { SaveFailure = new IOException("killed before it was saved") };
        var instance = world.StartNew();
        world.RestartDaemon(() => world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(1, null)),
            saveFirst: false);
        await Assert.That(world.Supervisor.Table.Environments.Of(world.Again(instance).Definition))
            .IsEquivalentTo(new Dictionary<string, string> { ["PATH"] = "/bin" });
    }

    [Test]
    public async Task What_is_saved_with_the_definitions_is_not_in_every_run_record(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Save();
        world.Exit(instance, 1);
        world.Advance(1);
        await Assert.That(new RunRecordStore(world.Home).LoadAll()[instance.Key].Common.Environment).IsNull();
    }

    [Test]
    public async Task An_intent_that_came_to_nothing_is_carried_out_with_the_same_counters(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Exit(instance, 1);
        world.Save();
        DieBeforeSpawn(world, () => world.Advance(1));
        var after = world.Again(instance).State;
        await Assert.That(after.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That((after.Failures, after.Restarts)).IsEqualTo((1, 1));
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
    }

    [Test]
    public async Task An_exit_that_was_saved_and_not_reaped_is_carried_on_with_once(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Save();
        var records = new RunRecordStore(world.Home);
        var process = world.Machine.Only(instance.Key);
        var record = records.LoadAll()[instance.Key];
        world.Machine.Exit(process, new ExitStatus(9, null));
        var (status, now) = (new ExitStatus(9, null), world.Clock.GetUtcNow());
        var exit = new RecentExit { Pid = process.Pid, EndedAt = now, ExitCode = 9, Reason = "exited 9" };
        records.Save(instance.Key, record with
        {
            Common = record.Common with { RecentExits = [exit] },
            Current = record.Current! with { Exit = new ChildExit(status, Cause.Ended(status)) },
        });
        world.KillDaemon();
        world.StartDaemon();
        var after = world.Again(instance);
        await Assert.That(after.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(after.State.Failures).IsEqualTo(1);
        await Assert.That(after.View.RecentExits.Count).IsEqualTo(1);
        await Assert.That(world.Machine.Unacknowledged).IsEmpty();
    }

    [Test]
    public async Task Why_it_ended_is_saved_before_it_is_reaped(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Save();
        instance.SignalFor(new Requester(0, 5), Signals.SIGKILL);
        world.Machine.BeforeReap = static () => throw new DaemonDied();
        await Assert.That(world.Step).Throws<DaemonDied>();
        world.Machine.BeforeReap = null;
        world.KillDaemon();
        world.StartDaemon();
        // Only the daemon that died knew that somebody had sent the signal.
        var exited = world.Told.Single(static told => told.Kind == EventKind.Exited);
        await Assert.That((exited.Cause, exited.Request, exited.ByPid))
            .IsEqualTo((CauseCode.User, CauseRequest.Signal, (int?)5));
        await Assert.That(world.Again(instance).View.RecentExits.Single().Cause).IsEqualTo(CauseCode.User);
    }

    [Test]
    public async Task A_record_by_a_version_that_kept_sentences_is_understood(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        world.Save();
        var records = new RunRecordStore(world.Home);
        var record = records.LoadAll()[instance.Key];
        records.Save(instance.Key, RunRecordFormat1.Read(RunRecordFormat1.Write(record) with
        {
            Cause = null,
            Reason = "stopped by user",
            RecentExits = [.. record.Common.RecentExits.Select(static exit => exit with { Cause = null })],
        }));
        world.RestartDaemon(saveFirst: false);
        var after = world.Again(instance);
        await Assert.That(after.State.Cause).IsEqualTo(new Cause(CauseCode.Unknown) { Detail = "stopped by user" });
        await Assert.That(after.State.Reason).IsEqualTo("stopped by user");
        await Assert.That(after.View.RecentExits.Single().Cause).IsEqualTo(CauseCode.Unknown);
    }

    /// <summary>Its stop waited for the one that needs it: the cause on record is still that of its start.</summary>
    [Test]
    public async Task A_stop_that_had_not_begun_is_not_taken_for_the_start_before_it(CancellationToken cancellation)
    {
        using var world = new World();
        var config = new ProcessConfig { Name = "db", Command = "db" };
        var db = world.StartNew(config);
        var web = world.StartNew(config with { Name = "web", DependsOn = [new Dependency { Name = "db" }] });
        world.Save();
        world.Supervisor.Stop([db, web], CauseRequest.Stop);
        world.Step();
        await Assert.That((db.State.Phase, db.State.Cause.Request))
            .IsEqualTo((LifecyclePhase.Online, CauseRequest.Start));
        world.RestartDaemon(saveFirst: false);
        await Assert.That((world.Again(db).State.Phase, world.Again(db).State.Cause))
            .IsEqualTo((LifecyclePhase.Stopping, Cause.Requested(CauseRequest.Stop)));
    }

    [Test]
    public async Task Backoff_goes_on_where_it_was(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Restart = new RestartConfig { DelayMs = 5000 },
        });
        world.Exit(instance, 1);
        world.Advance(2);
        world.RestartDaemon(() => world.Clock.Advance(TimeSpan.FromSeconds(2)));
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.Advance(0.999);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.Advance(0.001);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_stop_under_way_is_carried_out_by_the_next_daemon(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.RestartDaemon();
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Advance(10);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Again(instance).State.Desired).IsEqualTo(DesiredState.Down);
    }

    [Test]
    public async Task A_daemon_killed_during_its_shutdown_leaves_nothing_down_that_should_be_up(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        _ = world.Supervisor.Shutdown();
        world.RestartDaemon();
        world.Exit(instance, 0);
        world.Advance(1);
        await Assert.That(world.Again(instance).State.Desired).IsEqualTo(DesiredState.Up);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_wish_that_was_not_saved_in_time_is_in_the_run_record(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Save();
        world.SaveFailure = new IOException("disk full");
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Exit(instance, 0);
        world.RestartDaemon(saveFirst: false);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.Living).IsEmpty();
    }

    [Test]
    public async Task A_definition_that_was_lost_with_a_living_child_comes_back_from_the_run_record(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon(() => world.Saved = ProcessesFile.Empty);
        await Assert.That(world.Again(instance).Definition.Name).IsEqualTo("web");
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Supervisor.Table.NextId).IsEqualTo(instance.Key.Id + 1);
    }

    [Test]
    public async Task After_a_reboot_what_was_up_is_started_and_counters_stay(CancellationToken cancellation)
    {
        using var world = new World();
        var up = world.StartNew();
        world.Exit(up, 1);
        world.Advance(1);
        var down = world.StartNew(new ProcessConfig { Name = "down", Command = "x" });
        world.Supervisor.Stop(down, CauseRequest.Stop);
        world.Exit(down, 0);
        world.RestartDaemon(() => world.Machine.Reboot("boot-2"));
        await Assert.That(world.Again(up).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(up).State.Restarts).IsEqualTo(1);
        await Assert.That(world.Again(up).View.RecentExits.Count).IsEqualTo(1);
        await Assert.That(world.Again(down).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(1);
    }

    [Test]
    public async Task After_a_reboot_instances_that_were_stopped_stay_stopped(CancellationToken cancellation)
    {
        using var world = new World();
        var instances = world.DefineAll(new ProcessConfig { Name = "web", Command = "web", Instances = 3 });
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Supervisor.Stop(instances[1], CauseRequest.Stop);
        world.Exit(instances[1], 0);
        world.RestartDaemon(() => world.Machine.Reboot("boot-2"));
        await Assert.That(world.Machine.Living.Select(process => process.Key.Instance)).IsEquivalentTo([0, 2]);
    }

    [Test]
    public async Task The_memory_of_an_adopted_child_is_watched(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            MemoryLimitBytes = 2 << 20,
            MonitorIntervalMs = 1000,
        });
        world.Machine.MemoryOfEach = 3 << 20;
        world.RestartDaemon();
        while (world.Again(instance).State.Phase == LifecyclePhase.Online)
        {
            world.Advance(1); // the reading is on another thread
            await Task.Delay(1, cancellation);
        }
        await Assert.That(world.Again(instance).State.Reason).Contains("exceeded the limit");
    }

    [Test]
    public async Task A_process_that_gave_up_stays_errored(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Restart = new RestartConfig { MaxConsecutive = 1 },
        });
        world.Exit(instance, 1);
        var reason = instance.State.Reason;
        world.RestartDaemon();
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(world.Again(instance).State.Reason).IsEqualTo(reason);
    }

    /// <summary>The daemon dies when the child exists and the daemon does not know it yet.</summary>
    static void DieAtSpawn(World world, SupervisedProcess instance)
    {
        world.Save();
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(instance, CauseRequest.Start));
    }

    static void DieBeforeSpawn(World world, Action work)
    {
        world.Outputs.Failures.Clear();
        world.Outputs.BeforeOpen = () => throw new DaemonDied();
        Die(world, work);
    }

    static void Die(World world, Action work, Action? meanwhile = null)
    {
        try
        {
            work();
        }
        catch (DaemonDied)
        {
            world.Machine.AfterSpawn = null;
            world.Outputs.BeforeOpen = null;
            world.KillDaemon();
            meanwhile?.Invoke();
            world.StartDaemon();
            return;
        }
        throw new InvalidOperationException("the daemon did not get there");
    }
}
