using Tspm.Model;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Tests.Supervision;

/// <summary>
/// The daemon is killed between a spawn and the record of it, and perhaps its guardian as well: what is started next,
/// and what is said of a child that nobody wrote down.
/// </summary>
[Timeout(30_000)]
internal sealed class UnrecordedSpawnTests
{
    [Test]
    public async Task What_it_left_behind_is_ended_before_the_next_child_is_started(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "always");
        world.Machine.LeftoversOfNext = 2;
        DieAtSpawn(world, cell, () => End(world, world.Machine.Only(cell.Key)));
        var first = world.Machine.All.Single();
        await Assert.That(first.Leftovers).IsEqualTo(2);
        // The fake machine throws when a child is started while something of the last one lives.
        world.Advance(10);
        await Assert.That(first.Leftovers).IsEqualTo(0);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    public async Task Its_end_is_reported_once_as_unknown_and_without_a_pid(int leftovers, CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "always");
        world.Machine.LeftoversOfNext = leftovers;
        DieAtSpawn(world, cell, () => End(world, world.Machine.Only(cell.Key)));
        world.Advance(10);
        var exit = world.Again(cell).View.RecentExits.Single();
        await Assert.That((exit.Pid, exit.ExitCode, exit.Signal)).IsEqualTo((0, (int?)null, (string?)null));
        await Assert.That(exit.Reason).Contains("whether it ran, and how it ended, is not known");
        var told = world.Told.Single(static told => told.Kind == EventKind.Exited);
        await Assert.That((told.Pid, told.ExitCode, told.UptimeMs)).IsEqualTo(((int?)null, (int?)null, (long?)null));
        await Assert.That(told.Reason).IsEqualTo(exit.Reason);
        // Nobody said that it had been started.
        await Assert.That(world.Told.Count(static told => told.Kind is EventKind.Started)).IsEqualTo(0);
        await Assert.That(world.Told.Single(static told => told.Kind is EventKind.Restarted).Pid)
            .IsEqualTo(world.Machine.All[1].Pid);
    }

    [Test]
    public async Task What_is_never_restarted_is_not_run_a_second_time(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "never");
        DieAtSpawn(world, cell, () => End(world, world.Machine.Only(cell.Key)));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Again(cell).View.Pid).IsNull();
    }

    [Test]
    public async Task A_stop_that_comes_before_its_end_is_known_keeps_it_down(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "always");
        DieAtSpawn(world, cell, () => End(world, world.Machine.Only(cell.Key)), then: () =>
        {
            var again = world.Again(cell);
            world.Supervisor.Stop(again, CauseRequest.Stop);
        });
        world.Advance(10);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    /// <summary>Its output was to be opened first, and was not.</summary>
    [Test]
    public async Task What_certainly_was_not_started_is_started_without_a_word(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "never");
        world.Outputs.BeforeOpen = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(cell, CauseRequest.Start));
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(cell).View.RecentExits).IsEmpty();
    }

    /// <summary>The guardian lives: had there been a child, its exit would be known.</summary>
    [Test]
    public async Task A_guardian_that_was_there_proves_that_nothing_was_started(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "never");
        world.Save();
        // The FIFO is there, and the daemon dies before the spawn.
        world.Machine.FailNext(new SpawnFailure("spawn", 11, "no more processes"));
        world.Outputs.BeforeDiscard = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(cell, CauseRequest.Start), killsGuardian: false);
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(cell).View.RecentExits).IsEmpty();
    }

    [Test]
    public async Task A_living_one_that_has_closed_its_output_is_found(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "always");
        DieAtSpawn(world, cell, () => world.Machine.HoldsNoOutput.Add(world.Machine.Only(cell.Key).Pid));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(cell).Child!.Pid).IsEqualTo(world.Machine.All[0].Pid);
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    /// <summary>
    /// It closes its descriptors, and the guardian reaps it only later: there is no holder of its output, and no record.
    /// </summary>
    [Test]
    public async Task One_that_is_ending_while_it_is_looked_for_is_found(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "never");
        world.Machine.IsGuardianPlayed = true;
        DieAtSpawn(world, cell, () => End(world, world.Machine.Only(cell.Key)), killsGuardian: false);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        var ended = world.Machine.All[0];
        world.Machine.ReapOrphan(ended);
        world.Loop.Post(() => world.Supervisor.TakeGuardianRecord(
            new GuardianRecord(1, ended.Pid, ended.StartTicks, ended.Status!, LedSession: true)));
        world.Step();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(cell).View.RecentExits.Single().ExitCode).IsEqualTo(7);
    }

    /// <summary>The daemon that recorded it is killed before anything has followed from that.</summary>
    [Test]
    public async Task An_unknown_end_that_is_on_record_is_not_reported_twice(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = Define(world, "always");
        world.Outputs.BeforeFinish = () => throw new DaemonDied();
        DieAtSpawn(world, cell, () => End(world, world.Machine.Only(cell.Key)), then: () =>
        {
            try
            {
                world.Step();
            }
            catch (DaemonDied)
            {
                world.Outputs.BeforeFinish = null;
                world.KillGuardian();
                world.StartDaemon();
            }
        });
        world.Advance(10);
        await Assert.That(world.Again(cell).View.RecentExits.Single().Pid).IsEqualTo(0);
        await Assert.That(world.Again(cell).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task The_new_child_of_a_reload_leaves_nothing_behind_either(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = world.StartNew();
        var old = world.Machine.Only(cell.Key);
        world.Machine.LeftoversOfNext = 1;
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        world.Save();
        Die(world, () =>
        {
            world.Supervisor.Reload([cell], CauseRequest.Reload);
            world.Step();
        }, () => End(world, world.Machine.Living.Single(process => process.Pid != old.Pid)));
        world.Advance(10);
        var after = world.Again(cell);
        await Assert.That((after.View.Pid, after.Replacement)).IsEqualTo((old.Pid, (Replacement?)null));
        await Assert.That(world.Machine.LivingDescendants).IsEmpty();
        await Assert.That(after.View.RecentExits.Single().Pid).IsEqualTo(0);
    }

    /// <summary>Else what it leaves behind would be taken for another run's.</summary>
    [Test]
    public async Task One_that_is_newer_than_its_record_has_the_mark_that_it_carries(CancellationToken cancellation)
    {
        using var world = new World();
        var cell = world.StartNew();
        world.Exit(cell, 1);
        var stale = new RunRecordStore(world.Home).LoadAll()[cell.Key];
        world.Advance(1);
        world.RestartDaemon(() => new RunRecordStore(world.Home).Save(cell.Key, stale)); // the disk was full since then
        await Assert.That(world.Again(cell).Current!.Mark).IsEqualTo(world.Machine.All[1].Request.RunMark);
    }

    [Test]
    public async Task Of_several_leaders_of_that_time_the_oldest_was_the_child(CancellationToken cancellation)
    {
        var intent = new ChildRecord { RunId = 7, IntendedTicks = 100 };
        var left = new RecoveredState
        {
            Records = new Dictionary<InstanceKey, RunRecord>(), Runs = [], DaemonDiedAtTicks = 110,
            Reaped = [Orphan(9, 105), Orphan(5, 102), Orphan(4, 103), Orphan(3, 102)],
        };
        await Assert.That(left.EndedBeforeRecorded(intent)!.Pid).IsEqualTo(3);

        static GuardianRecord Orphan(int pid, long ticks) => new(1, pid, ticks, new ExitStatus(0, null), LedSession: true);
    }

    [Test]
    public async Task Only_a_guardian_that_saw_intent_and_death_is_a_witness(CancellationToken cancellation)
    {
        var intent = new ChildRecord { RunId = 7, IntendedTicks = 100, GuardianPid = 4 };
        var left = new RecoveredState
        {
            Records = new Dictionary<InstanceKey, RunRecord>(), Runs = [], Reaped = [], DaemonDiedAtTicks = 100,
        };
        await Assert.That(left.HasWitness(intent, guardianPid: 4)).IsTrue();
        await Assert.That(left.HasWitness(intent, guardianPid: 5)).IsFalse();
        // In a container that is started again, the next guardian may have the same pid.
        await Assert.That((left with { DaemonDiedAtTicks = 0 }).HasWitness(intent, guardianPid: 4)).IsFalse();
    }

    static SupervisedProcess Define(World world, string policy) => world.Define(new ProcessConfig
    {
        Name = "web", Command = "web", Restart = new RestartConfig { Policy = policy, DelayMs = 0 },
    });

    static void End(World world, FakeProcess process) => world.Machine.Exit(process, new ExitStatus(7, null));

    static void DieAtSpawn(
        World world, SupervisedProcess cell, Action meanwhile, Action? then = null, bool killsGuardian = true)
    {
        world.Save();
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(cell, CauseRequest.Start), meanwhile, then, killsGuardian);
    }

    /// <param name="world">The world.</param>
    /// <param name="work">In the middle of which the daemon dies.</param>
    /// <param name="meanwhile">Happens before the next one starts.</param>
    /// <param name="then">Happens before that one has done anything but start.</param>
    /// <param name="killsGuardian">The guardian dies as well.</param>
    static void Die(
        World world, Action work, Action? meanwhile = null, Action? then = null, bool killsGuardian = true)
    {
        try
        {
            work();
        }
        catch (DaemonDied)
        {
            world.Machine.AfterSpawn = null;
            world.Outputs.BeforeOpen = null;
            world.Outputs.BeforeDiscard = null;
            if (killsGuardian) world.KillGuardian();
            else world.KillDaemon();
            world.Machine.InitIsLate = killsGuardian;
            meanwhile?.Invoke();
            foreach (var ended in world.Machine.All.Where(static process => process.IsZombie).ToList())
                if (killsGuardian) world.Machine.InitReaps(ended);
            world.Machine.InitIsLate = false;
            if (then is null) world.StartDaemon();
            else
            {
                world.StartDaemonWithoutStep();
                then();
                world.Step();
            }
            return;
        }
        throw new InvalidOperationException("the daemon did not get there");
    }
}
