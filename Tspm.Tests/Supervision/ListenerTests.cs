using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision;

/// <summary>
/// When the sockets of a process are open: as long as anybody runs or is to run, over crashes and daemons' deaths, and
/// not longer.
/// </summary>
[Timeout(30_000)]
internal sealed class ListenerTests
{
    static ProcessConfig Config(int instances = 1, params string[] listen) =>
        new()
        {
            Name = "web",
            Command = "web",
            Instances = instances,
            Listen = listen.Length > 0
                ? listen
                : [":80", "unix:/run/web.sock"],
        };

    [Test]
    public async Task All_instances_get_the_same_sockets_in_their_order(CancellationToken cancellation)
    {
        using var world = new World();
        var instances = world.DefineAll(Config(2));
        await Assert.That(world.Sockets.Open).IsEmpty();
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":80", "unix:/run/web.sock"]);
        foreach (var child in world.Machine.Living)
        {
            await Assert.That(world.Sockets.AddressesOf(child.Request)).IsEqualTo(":80 unix:/run/web.sock");
            await Assert.That(child.Request.Environment["LISTEN_FDS"]).IsEqualTo("2");
            await Assert.That(child.Request.SetUp!.PidVariables).IsEqualTo("LISTEN_PID");
        }
        await Assert.That(instances[1].View.Listen).IsEquivalentTo([":80", "unix:/run/web.sock"]);
    }

    [Test]
    public async Task They_stay_open_while_a_crashed_child_is_replaced(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Config());
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(world.Sockets.Open.Count()).IsEqualTo(2);
        world.Advance(1);
        await Assert.That(world.Sockets.AddressesOf(world.Machine.Only(instance.Key).Request))
            .IsEqualTo(":80 unix:/run/web.sock");
        world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Step();
        world.Exit(instance, 0);
        await Assert.That(world.Sockets.AddressesOf(world.Machine.Only(instance.Key).Request))
            .IsEqualTo(":80 unix:/run/web.sock");
    }

    [Test]
    public async Task They_are_closed_with_the_last_instance(CancellationToken cancellation)
    {
        using var world = new World();
        var instances = world.DefineAll(Config(2));
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        world.Supervisor.Stop(instances[0], CauseRequest.Stop);
        world.Exit(instances[0], 0);
        await Assert.That(world.Sockets.Open.Count()).IsEqualTo(2);
        world.Supervisor.Stop(instances[1], CauseRequest.Stop);
        world.Exit(instances[1], 0);
        await Assert.That(instances[1].State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Sockets.Open).IsEmpty();
        await Assert.That(instances[1].View.Listen).IsEmpty();
    }

    [Test]
    public async Task Who_gave_up_lets_nobody_wait(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Config() with { Restart = new RestartConfig { MaxConsecutive = 1 } });
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(world.Sockets.Open).IsEmpty();
    }

    [Test]
    public async Task An_address_in_use_fails_the_start_and_leaves_nothing_open(CancellationToken cancellation)
    {
        using var world = new World();
        world.Sockets.InUse.Add("unix:/run/web.sock");
        var instance = world.StartNew(Config());
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(instance.State.Reason)
            .IsEqualTo("cannot listen on unix:/run/web.sock: address already in use");
        await Assert.That(world.Sockets.Open).IsEmpty();
        await Assert.That(world.Outputs.OpenRuns).IsEmpty();
    }

    [Test]
    public async Task The_next_daemon_goes_on_with_them_and_closes_what_is_no_longer_needed(
        CancellationToken cancellation)
    {
        using var world = new World();
        var (running, waiting, stopped) = (world.StartNew(Config(1, ":1")),
            world.StartNew(Config(1, ":2") with { Name = "waiting" }),
                world.StartNew(Config(1, ":3") with { Name = "stopped" }));
        world.Exit(waiting, 1);
        world.Supervisor.Stop(stopped, CauseRequest.Stop);
        world.Step();
        world.RestartDaemon(() => world.Machine.Exit(world.Machine.Only(stopped.Key), new ExitStatus(0, null)));
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":1", ":2"]);
        world.Advance(1);
        await Assert.That(world.Sockets.AddressesOf(world.Machine.Only(waiting.Key).Request)).IsEqualTo(":2");
        world.Exit(world.Again(running), 1);
        world.Advance(1);
        await Assert.That(world.Sockets.AddressesOf(world.Machine.Only(running.Key).Request)).IsEqualTo(":1");
        var all = world.Supervisor.Shutdown();
        foreach (var child in world.Machine.Living.ToList()) world.Machine.Exit(child, new ExitStatus(0, null));
        world.Step();
        await all.WaitAsync(cancellation);
        await Assert.That(world.Sockets.Open).IsEmpty();
    }

    [Test]
    public async Task A_changed_list_counts_from_the_next_start(CancellationToken cancellation)
    {
        using var world = new World();
        var instances = world.DefineAll(Config(2, ":1", ":2"));
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        world.Supervisor.Put(instances[0].Definition with
        {
            Config = instances[0].Definition.Config with { Listen = [":2", ":3"] },
        });
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":1", ":2"]);
        await Assert.That(instances[0].View.Listen).IsEquivalentTo([":1", ":2"]);
        world.Supervisor.Restart(instances[0], CauseRequest.Restart);
        world.Step();
        world.Exit(instances[0], 0);
        // The other one still listens where it did.
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":1", ":2", ":3"]);
        await Assert.That(world.Sockets.AddressesOf(world.Machine.Only(instances[0].Key).Request)).IsEqualTo(":2 :3");
        world.RestartDaemon();
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":1", ":2", ":3"]);
        var second = world.Again(instances[1]);
        world.Supervisor.Restart(second, CauseRequest.Restart);
        world.Step();
        world.Exit(second, 0);
        await Assert.That(world.Sockets.Open).IsEquivalentTo([":2", ":3"]);
    }

    [Test]
    public async Task Without_addresses_nothing_is_passed(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        var request = world.Machine.Only(instance.Key).Request;
        await Assert.That(request.Listeners).IsEmpty();
        await Assert.That(request.SetUp).IsNull();
        await Assert.That(request.Environment.ContainsKey("LISTEN_FDS")).IsFalse();
    }
}
