using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>More and fewer instances of a process while the others run on.</summary>
[Timeout(30_000)]
internal sealed class InstancesTests
{
    [Test]
    public async Task Growing_takes_the_lowest_free_numbers_and_leaves_the_others_alone(CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew();
        var pid = first.Child!.Pid;
        var pending = Scale(world, first, 3);
        await Assert.That(pending.Select(one => one.Process.Key.Instance)).IsEquivalentTo([1, 2]);
        await Assert.That(pending.All(one => one.Reached.Result.Phase == LifecyclePhase.Online)).IsTrue();
        await Assert.That(first.Child!.Pid).IsEqualTo(pid);
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(3);
        await Assert.That(world.Machine.Living.Select(process => process.Request.Environment["TSPM_INSTANCE"]))
            .IsEquivalentTo(["0", "1", "2"]);
    }

    [Test]
    public async Task Shrinking_stops_the_highest_properly_and_forgets_them_when_they_are_gone(
        CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew(new ProcessConfig { Name = "web", Command = "web", Instances = 1 });
        Scale(world, first, 3);
        var pending = Scale(world, first, 1);
        await Assert.That(pending.Select(one => one.Process.Key.Instance)).IsEquivalentTo([2, 1]);
        await Assert.That(pending.All(one => one.Process.State.Phase == LifecyclePhase.Stopping)).IsTrue();
        await Assert.That(world.Supervisor.Selection.Resolve(["web:2"]).IsKnown).IsFalse();
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(3);
        world.Exit(pending[0].Process, 0);
        world.Exit(pending[1].Process, 0);
        await Assert.That(pending.All(one => one.Reached.IsCompletedSuccessfully)).IsTrue();
        await Assert.That(world.Supervisor.Table.Processes.Single()).IsEqualTo(first);
        await Assert.That(first.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(new Tspm.Storage.RunRecordStore(world.Home).LoadAll().Keys.Select(key => key.Instance))
            .IsEquivalentTo([0]);
    }

    [Test]
    public async Task A_stopped_process_gets_instances_that_are_stopped(CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.Define(new ProcessConfig { Name = "web", Command = "web" });
        Scale(world, first, 3);
        await Assert.That(world.Machine.All).IsEmpty();
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(3);
        Scale(world, first, 1);
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(1);
    }

    [Test]
    public async Task The_log_of_the_only_instance_gets_its_number_when_others_join_it_and_loses_it_again(
        CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew();
        Scale(world, first, 2);
        await Assert.That(Names(world)).IsEqualTo("web.out.log>web~0.out.log web.err.log>web~0.err.log");
        await Assert.That(Path.GetFileName(first.View.OutLog)).IsEqualTo("web~0.out.log");
        Scale(world, first, 3);
        await Assert.That(world.Outputs.Renamed.Count).IsEqualTo(2);
        world.Outputs.Renamed.Clear();
        var leaving = Scale(world, first, 1);
        await Assert.That(Names(world)).IsEqualTo("web~0.out.log>web.out.log web~0.err.log>web.err.log");
        // Still printing, and not into the log of the first.
        await Assert.That(leaving.Select(one => Path.GetFileName(one.Process.View.OutLog)))
            .IsEquivalentTo(["web~2.out.log", "web~1.out.log"]);
    }

    [Test]
    public async Task A_daemon_that_dies_while_it_shrinks_leaves_the_rest_to_the_next(CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew();
        Scale(world, first, 3);
        Scale(world, first, 1);
        world.RestartDaemon();
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(3);
        foreach (var process in world.Machine.Living.Where(process => process.Key.Instance > 0).ToList())
            world.Machine.Exit(process, new ExitStatus(0, null));
        world.Step();
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(1);
        await Assert.That(world.Machine.Living.Single().Key.Instance).IsEqualTo(0);
    }

    [Test]
    public async Task Instances_that_came_after_the_state_that_was_saved_are_not_lost(CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew();
        world.Save();
        var saved = world.Saved;
        Scale(world, first, 3);
        world.Save();
        world.Saved = saved;
        world.RestartDaemon(saveFirst: false);
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(3);
        await Assert.That(world.Supervisor.Table.Processes.All(instance =>
            instance is { IsSurplus: false, State.Phase: LifecyclePhase.Online })).IsTrue();
        await Assert.That(world.Machine.All.Count).IsEqualTo(3);
    }

    [Test]
    public async Task Growing_again_takes_back_what_was_leaving(CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew();
        var second = Scale(world, first, 2)[0].Process;
        var leaving = Scale(world, first, 1)[0];
        Scale(world, first, 2);
        await Assert.That(leaving.Reached.IsCompletedSuccessfully).IsTrue();
        world.Exit(second, 0);
        await Assert.That(second.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(2);
    }

    [Test]
    public async Task Which_instances_were_stopped_survives_a_reboot_and_a_change_of_their_number(
        CancellationToken cancellation)
    {
        using var world = new World();
        var first = world.StartNew();
        var instances = Scale(world, first, 3);
        world.Supervisor.Stop(instances[0].Process, CauseRequest.Stop);
        world.Exit(instances[0].Process, 0);
        Scale(world, first, 4);
        world.RestartDaemon(() => world.Machine.Reboot("boot-2"));
        await Assert.That(world.Machine.Living.Select(process => process.Key.Instance)).IsEquivalentTo([0, 2, 3]);
    }

    static IReadOnlyList<PendingChange> Scale(World world, SupervisedProcess instance, int instances)
    {
        var pending =
            world.Supervisor.Changes
                .Scale(instance.Definition with { Config = instance.Definition.Config with { Instances = instances } },
                    CauseRequest.Scale);
        world.Step();
        return pending;
    }

    static string Names(World world) =>
        string.Join(' ',
            world.Outputs.Renamed.Select(names => $"{Path.GetFileName(names.From)}>{Path.GetFileName(names.To)}"));
}
