using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using static Tspm.Tests.Supervision.UnrecordedSpawn;

namespace Tspm.Tests.Supervision;

/// <summary>
/// The daemon is killed between a spawn and the record of it, with its guardian, and the child ends: what is started
/// next, and what is said of a child that nobody wrote down.
/// </summary>
[Timeout(30_000)]
internal sealed class UnrecordedSpawnTests
{
    [Test]
    public async Task What_it_left_behind_is_ended_before_the_next_child_is_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "always");
        world.Machine.LeftoversOfNext = 2;
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)));
        var first = world.Machine.All.Single();
        await Assert.That(first.Leftovers).IsEqualTo(2);
        // The fake machine throws when a child is started while something of the last one lives.
        world.Advance(10);
        await Assert.That(first.Leftovers).IsEqualTo(0);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    public async Task Its_end_is_reported_once_as_unknown_and_without_a_pid(
        int leftovers, CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "always");
        world.Machine.LeftoversOfNext = leftovers;
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)));
        world.Advance(10);
        var exit = world.Again(instance).View.RecentExits.Single();
        await Assert.That((exit.Pid, exit.ExitCode, exit.Signal)).IsEqualTo((0, (int?)null, (string?)null));
        await Assert.That(exit.Reason).Contains("it is not known whether it ran or how it ended");
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
        var instance = Define(world, "never");
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)));
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Again(instance).View.Pid).IsNull();
    }

    [Test]
    public async Task A_stop_that_comes_before_its_end_is_known_keeps_it_down(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "always");
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)), then: () =>
        {
            var again = world.Again(instance);
            world.Supervisor.Stop(again, CauseRequest.Stop);
        });
        world.Advance(10);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    /// <summary>The daemon that recorded it is killed before anything has followed from that.</summary>
    [Test]
    public async Task An_unknown_end_that_is_on_record_is_not_reported_twice(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = Define(world, "always");
        world.Outputs.BeforeFinish = () => throw new DaemonDied();
        DieAtSpawn(world, instance, () => End(world, world.Machine.Only(instance.Key)), () => DieAgain(world));
        world.Advance(10);
        await Assert.That(world.Again(instance).View.RecentExits.Single().Pid).IsEqualTo(0);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task The_new_child_of_a_reload_leaves_nothing_behind_either(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var old = world.Machine.Only(instance.Key);
        world.Machine.LeftoversOfNext = 1;
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        world.Save();
        Die(world, () =>
        {
            world.Supervisor.Reload([instance], CauseRequest.Reload);
            world.Step();
        }, () => End(world, world.Machine.Living.Single(process => process.Pid != old.Pid)));
        world.Advance(10);
        var after = world.Again(instance);
        await Assert.That((after.View.Pid, after.Replacement)).IsEqualTo((old.Pid, (Replacement?)null));
        await Assert.That(world.Machine.LivingDescendants).IsEmpty();
        await Assert.That(after.View.RecentExits.Single().Pid).IsEqualTo(0);
    }

    /// <summary>The daemon that recorded it is killed before anything has followed from that.</summary>
    [Test]
    public async Task An_unknown_end_in_a_reload_that_is_on_record_is_not_reported_twice(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var old = world.Machine.Only(instance.Key);
        world.Machine.AfterSpawn = () => throw new DaemonDied();
        world.Outputs.BeforeFinish = () => throw new DaemonDied();
        world.Save();
        Die(world, () =>
        {
            world.Supervisor.Reload([instance], CauseRequest.Reload);
            world.Step();
        }, () => End(world, world.Machine.Living.Single(process => process.Pid != old.Pid)), () => DieAgain(world));
        world.Advance(10);
        var after = world.Again(instance);
        await Assert.That((after.View.Pid, after.Replacement)).IsEqualTo((old.Pid, (Replacement?)null));
        await Assert.That(after.View.RecentExits.Single().Pid).IsEqualTo(0);
    }
}
