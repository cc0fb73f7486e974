using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>Every change of state is told, once, with its cause.</summary>
[Timeout(30_000)]
internal sealed class EventTests
{
    static string Kinds(World world) => string.Join(' ', world.Told.Select(told => told.Kind));

    static Tspm.Supervision.Lifecycle.LifecycleState StateOf(SupervisedProcess instance) => instance.State;

    [Test]
    public async Task A_crash_is_told_with_code_run_and_what_follows(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Advance(3);
        var pid = instance.View.Pid;
        var run = $"{instance.View.RunId}";
        world.Exit(instance, 1);
        world.Advance(1);
        await Assert.That(Kinds(world)).IsEqualTo("started exited waiting restarted");
        var exited = world.Told[1];
        await Assert.That((exited.From, exited.To, exited.ExitCode, exited.Signal))
            .IsEqualTo(("online", "stopping", 1, null));
        await Assert.That((exited.Pid, exited.RunId, exited.Cause, exited.NextStartInMs))
            .IsEqualTo((pid, run, CauseCode.Crash, 1000));
        await Assert.That(exited.UptimeMs!.Value).IsEqualTo(3000);
        await Assert.That((world.Told[2].To, world.Told[2].NextStartInMs)).IsEqualTo(("waiting", 1000));
        await Assert.That((world.Told[3].From, world.Told[3].To, world.Told[3].Restarts))
            .IsEqualTo(("waiting", "online", 1));
        await Assert.That(world.Told[3].Pid).IsEqualTo(instance.View.Pid);
    }

    [Test]
    public async Task Who_stopped_it_is_told_from_the_wish_to_the_end(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        Orders.By(new Requester(1000, 77), () => world.Supervisor.Stop(instance, CauseRequest.Stop));
        world.Exit(instance, new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(Kinds(world)).IsEqualTo("started stopping exited stopped");
        foreach (var told in world.Told.Skip(1))
            await Assert.That((told.ByUid, told.ByPid, told.Cause)).IsEqualTo((1000, 77, CauseCode.User));
        await Assert.That(world.Told[2].Reason).IsEqualTo("stopped by user");
        await Assert.That(world.Told[2].Signal).IsEqualTo("SIGTERM");
    }

    [Test]
    public async Task Who_stopped_the_one_before_is_not_blamed_for_the_next_crash(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        Orders.By(new Requester(1000, 77), () => world.Supervisor.Restart(instance, CauseRequest.Restart));
        world.Exit(instance, 0);
        world.Exit(instance, 1);
        var crash = world.Told.Last(told => told.Kind == EventKind.Exited);
        await Assert.That((crash.ByUid, crash.Cause)).IsEqualTo(((long?)null, CauseCode.Crash));
    }

    [Test]
    public async Task The_memory_limit_is_the_cause_of_the_end_that_it_brings(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        instance.Handle(new LifecycleEvent.FoundUnfit(Cause.Observed(CauseCode.Memory,
            "memory 540 MB exceeded the limit of 512 MB")));
        world.Exit(instance, new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(Kinds(world)).IsEqualTo("started unfit exited waiting");
        var exited = world.Told[2];
        await Assert.That((exited.Cause, exited.Reason))
            .IsEqualTo((CauseCode.Memory, "memory 540 MB exceeded the limit of 512 MB"));
    }

    [Test]
    public async Task A_child_that_does_not_end_in_time_is_told_as_killed(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Stop = new StopConfig { TimeoutMs = 2000 },
        });
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Advance(2.1);
        await Assert.That(Kinds(world)).IsEqualTo("started stopping killed exited stopped");
        await Assert.That(world.Told[2].Reason).IsEqualTo("it did not end within 2 s");
        await Assert.That(StateOf(instance).Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task A_signal_that_somebody_sent_is_no_crash_and_says_who(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        instance.SignalFor(new Requester(0, 5), Signals.SIGKILL);
        world.Step();
        var exited = world.Told.Single(told => told.Kind == EventKind.Exited);
        await Assert.That((exited.Cause, exited.ByPid, exited.Signal)).IsEqualTo((CauseCode.User, 5, "SIGKILL"));
        // Long ago, and of another kind: not the cause.
        world.Advance(1);
        instance.SignalFor(new Requester(0, 5), Signals.SIGHUP);
        world.Exit(instance, new ExitStatus(null, 11));
        await Assert.That(world.Told.Last(told => told.Kind == EventKind.Exited).Cause).IsEqualTo(CauseCode.Crash);
    }

    [Test]
    public async Task The_kernel_alone_says_that_memory_ran_out(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.Machine.OutOfMemoryWords = "Out of memory: Killed process 1002 (web)";
        var pid = instance.View.Pid;
        world.Exit(instance, new ExitStatus(null, Signals.SIGKILL));
        while (!world.Told.Exists(told => told.Kind == EventKind.OutOfMemory))
        {
            await Task.Delay(5, cancellation);
            world.Step();
        }
        var told = world.Told.Single(told => told.Kind == EventKind.OutOfMemory);
        await Assert.That((told.Pid, told.Reason)).IsEqualTo((pid, "Out of memory: Killed process 1002 (web)"));
        await Assert.That(told.RunId).IsEqualTo(world.Told.Last(told => told.Kind == EventKind.Exited).RunId);
    }

    [Test]
    public async Task A_failed_start_and_giving_up_are_told(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.FailNext(new SpawnFailure("execute", 2, "cannot execute web: No such file or directory"));
        var instance = world.StartNew();
        await Assert.That(Kinds(world)).IsEqualTo("failed");
        await Assert.That((world.Told[0].To, world.Told[0].Cause)).IsEqualTo(("errored", CauseCode.Spawn));
        await Assert.That(world.Told[0].Reason!).Contains("No such file or directory");
        await Assert.That(StateOf(instance).Phase).IsEqualTo(LifecyclePhase.Errored);
    }

    [Test]
    public async Task After_the_death_of_the_daemon_telling_goes_on_where_it_was(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        world.RestartDaemon(
            meanwhile: () => world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(4, null)));
        await Assert.That(Kinds(world)).IsEqualTo("started exited waiting");
        await Assert.That((world.Told[1].From, world.Told[1].ExitCode)).IsEqualTo(("online", 4));
    }

    [Test]
    public async Task Nothing_is_told_twice_and_each_event_begins_where_the_last_one_ended(
        CancellationToken cancellation)
    {
        using var world = new World();
        var random = new Random(42);
        var instance = world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            Restart = new RestartConfig { DelayMs = 10, MaxConsecutive = 4 },
        });
        for (var i = 0; i < 3000; i++)
        {
            switch (random.Next(6))
            {
                case 0: world.Supervisor.Start(instance, CauseRequest.Start); break;
                case 1: world.Supervisor.Stop(instance, CauseRequest.Stop); break;
                case 2: world.Supervisor.Restart(instance, CauseRequest.Restart); break;
                case 3 or 4:
                    if (world.Machine.Living.Any(process => process.Key == instance.Key)) world.Exit(
                        instance, random.Next(2));
                    break;
                case 5: world.Advance(random.NextDouble() * 15); break;
            }
            world.Step();
            var last = world.Told[^1];
            var observed = StateNames.NameOf(instance.State.Observed);
            if (last.To != observed && instance.State.Phase != LifecyclePhase.Sweeping)
                throw new InvalidOperationException($"{last.Kind} left {last.To}, but it is {observed}");
        }
        for (var i = 1; i < world.Told.Count; i++)
            await Assert.That(world.Told[i].From).IsEqualTo(world.Told[i - 1].To);
        await Assert.That(world.Told.Count).IsGreaterThan(1000);
    }
}
