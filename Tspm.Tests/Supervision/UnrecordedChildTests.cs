using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Recovery;
using static Tspm.Tests.Supervision.UnrecordedSpawn;

namespace Tspm.Tests.Supervision;

/// <summary>Whether a child that nobody wrote down was started, and which process it is.</summary>
[Timeout(30_000)]
internal sealed class UnrecordedChildTests
{
    /// <summary>Its output was to be opened first, and was not.</summary>
    [Test]
    public async Task What_certainly_was_not_started_is_started_without_a_word(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "never");
        world.Outputs.BeforeOpen = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(instance, CauseRequest.Start));
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(instance).View.RecentExits).IsEmpty();
    }

    /// <summary>The guardian lives: had there been a child, its exit would be known.</summary>
    [Test]
    public async Task A_guardian_that_was_there_proves_that_nothing_was_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "never");
        world.Save();
        // The FIFO is there, and the daemon dies before the spawn.
        world.Machine.FailNext(new SpawnFailure("spawn", 11, "no more processes"));
        world.Outputs.BeforeDiscard = () => throw new DaemonDied();
        Die(world, () => world.Supervisor.Start(instance, CauseRequest.Start), killsGuardian: false);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Again(instance).View.RecentExits).IsEmpty();
    }

    [Test]
    public async Task A_living_one_that_has_closed_its_output_is_found(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "always");
        DieAtSpawn(world, instance, () => world.Machine.HoldsNoOutput.Add(world.Machine.Only(instance.Key).Pid));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).Child!.Pid).IsEqualTo(world.Machine.All[0].Pid);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    /// <summary>
    /// It closes its descriptors, and the guardian reaps it only later: nobody holds its output, and there is no
    /// record.
    /// </summary>
    [Test]
    public async Task One_that_is_ending_while_it_is_looked_for_is_found(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "never");
        world.Machine.IsGuardianPlayed = true;
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)), killsGuardian: false);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        var ended = world.Machine.All[0];
        world.Machine.ReapOrphan(ended);
        world.Loop.Post(() => world.Supervisor.ApplyGuardianRecord(
            new GuardianRecord(1, ended.Pid, ended.StartTicks, ended.Status!, LedSession: true)));
        world.Step();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).View.RecentExits.Single().ExitCode).IsEqualTo(7);
    }

    /// <summary>An older version started it.</summary>
    [Test]
    public async Task A_living_one_without_a_mark_is_found_by_its_output(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "always");
        DieAtSpawn(world, instance, () =>
        {
            var store = new RunRecordStore(world.Home);
            var record = store.LoadAll()[instance.Key];
            store.Save(instance.Key, record with { Current = record.Current! with { Mark = 0 } });
        });
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).Child!.Pid).IsEqualTo(world.Machine.All[0].Pid);
    }

    [Test]
    public async Task What_leads_a_session_and_is_younger_than_the_one_that_was_reaped_is_not_the_child(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "never");
        (world.Machine.LeftoversOfNext, world.Machine.DescendantsLead) = (1, true);
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)), killsGuardian: false);
        world.Advance(10);
        var exit = world.Again(instance).View.RecentExits.Single();
        await Assert.That((exit.Pid, exit.ExitCode)).IsEqualTo((world.Machine.All[0].Pid, (int?)7));
        await Assert.That(world.Machine.LivingDescendants).IsEmpty();
    }

    [Test]
    public async Task One_that_is_reaped_just_after_it_was_found_was_started_all_the_same(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "never");
        world.Machine.AfterLook = () => world.Machine.InitReaps(world.Machine.All[0]);
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)), isReaped: false);
        world.Advance(10);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        var exit = world.Again(instance).View.RecentExits.Single();
        await Assert.That((exit.Pid, exit.ExitCode)).IsEqualTo((world.Machine.All[0].Pid, (int?)null));
    }

    /// <summary>Whatever became of its FIFO.</summary>
    [Test]
    public async Task What_it_left_behind_proves_that_it_was_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "never");
        world.Machine.LeftoversOfNext = 1;
        HashSet<ulong> runs = [];
        DieAtSpawn(world, instance, () =>
        {
            End(world, world.Machine.Only(instance.Key));
            runs = [.. world.Outputs.OpenRuns];
            world.Outputs.OpenRuns.Clear();
        }, () => world.Outputs.OpenRuns.UnionWith(runs));
        world.Advance(10);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Machine.LivingDescendants).IsEmpty();
        await Assert.That(world.Again(instance).View.RecentExits.Single().Pid).IsEqualTo(0);
    }

    /// <summary>Else what it leaves behind would be taken for another run's.</summary>
    [Test]
    public async Task One_that_is_newer_than_its_record_has_the_mark_that_it_carries(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var stale = new RunRecordStore(world.Home).LoadAll()[instance.Key];
        world.Exit(instance, 1);
        world.Advance(1);
        world.RestartDaemon(
            () => new RunRecordStore(world.Home).Save(instance.Key, stale)); // the disk was full since then
        await Assert.That(world.Again(instance).Current!.Mark).IsEqualTo(world.Machine.All[1].Request.RunMark);
    }

    [Test]
    public async Task Of_several_leaders_of_that_time_the_oldest_was_the_child(CancellationToken cancellation)
    {
        var intent = new ChildRecord { RunId = 7, IntendedTicks = 100 };
        var left = new RecoveredState
        {
            Records = new Dictionary<InstanceKey, RunRecord>(),
            Runs = [],
            DaemonDiedAtTicks = 110,
            Reaped = [Orphan(9, 105), Orphan(5, 102), Orphan(4, 103), Orphan(3, 102)],
        };
        await Assert.That(left.EndedBeforeRecorded(intent)!.Pid).IsEqualTo(3);

        static GuardianRecord Orphan(int pid, long ticks) =>
            new(1, pid, ticks, new ExitStatus(0, null), LedSession: true);
    }

    [Test]
    public async Task Only_a_guardian_that_saw_intent_and_death_is_a_witness(CancellationToken cancellation)
    {
        var intent = new ChildRecord { RunId = 7, IntendedTicks = 100, GuardianPid = 4 };
        var left = new RecoveredState
        {
            Records = new Dictionary<InstanceKey, RunRecord>(),
            Runs = [],
            Reaped = [],
            DaemonDiedAtTicks = 100,
        };
        await Assert.That(left.HasWitness(intent, guardianPid: 4)).IsTrue();
        await Assert.That(left.HasWitness(intent, guardianPid: 5)).IsFalse();
        // In a container that is started again, the next guardian may have the same pid.
        await Assert.That((left with { DaemonDiedAtTicks = 0 }).HasWitness(intent, guardianPid: 4)).IsFalse();
    }
}
