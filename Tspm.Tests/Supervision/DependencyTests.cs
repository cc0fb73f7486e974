using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>Who waits for whom, up and down.</summary>
[Timeout(30_000)]
internal sealed class DependencyTests
{
    [Test]
    public async Task It_waits_for_what_it_depends_on_and_starts_when_that_is_there(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Advance(1000);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Held);
        await Assert.That(web.State.Observed).IsEqualTo(ProcessState.Waiting);
        await Assert.That(web.View.NextStartAtMonotonic).IsNull();
        await Assert.That(web.State.Reason).IsEqualTo("waits for db, which is stopped: never started");
        world.Supervisor.Start(db, CauseRequest.Start);
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task Stop_ends_the_waiting(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        world.Supervisor.Start(web, CauseRequest.Start);
        await Assert.That(world.Supervisor.Stop(web, CauseRequest.Stop).Reached.IsCompletedSuccessfully).IsTrue();
        world.Supervisor.Start(db, CauseRequest.Start);
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_start_takes_along_what_is_down_and_says_so(CancellationToken cancellation)
    {
        using var world = new World();
        var (c, b, a) = (Define(world, "c"), Define(world, "b", "c"), Define(world, "a", "b"));
        var notes = new List<string>();
        var order = world.Supervisor.Dependencies.ToStart([a], notes);
        await Assert.That(string.Join(' ', order.Select(instance => instance.Definition.Name))).IsEqualTo("c b a");
        await Assert.That(string.Join("; ", notes))
            .IsEqualTo("b is started too: a depends on it; c is started too: b depends on it");
        foreach (var instance in order) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(3);
        notes.Clear();
        await Assert.That(world.Supervisor.Dependencies.ToStart([a], notes).Count).IsEqualTo(1);
        await Assert.That(notes).IsEmpty();
        _ = (b, c);
    }

    [Test]
    public async Task A_dependency_that_gave_up_is_named_and_ends_the_wait_of_who_asked(CancellationToken cancellation)
    {
        using var world = new World();
        var db = world.Define(new ProcessConfig
        {
            Name = "db",
            Command = "db",
            Restart = new RestartConfig { MaxConsecutive = 2, DelayMs = 1000 },
        });
        var (web, top) = (Define(world, "web", "db"), Define(world, "top", "web"));
        world.Supervisor.Start(db, CauseRequest.Start);
        world.Machine.Exit(world.Machine.Only(db.Key), new ExitStatus(1, null));
        world.Loop.RunPending();
        var started = world.Supervisor.Start(web, CauseRequest.Start);
        world.Supervisor.Start(top, CauseRequest.Start);
        world.Step();
        await Assert.That(web.State.Reason).IsEqualTo("waits for db, which will be retried: exited 1");
        await Assert.That(started.Reached.IsCompletedSuccessfully).IsTrue();
        world.Machine.FailNext(new SpawnFailure("execute", 2, "no such program"));
        world.Advance(1);
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(web.State.Reason)
            .IsEqualTo("waits for db, which is errored: no such program; gave up after 2 failures in a row");
        await Assert.That(top.State.Reason).StartsWith("waits for web, which waits for db, which is errored");
    }

    /// <summary>What web needs is named, also where a job in between has ended.</summary>
    [Test]
    [Arguments("db", "web>migrate:completed migrate>db", "web depends on db (through migrate)")]
    [Arguments("db", "web>seed:completed seed>migrate:completed migrate>db", "web depends on db (through seed)")]
    [Arguments("db", "web>migrate:completed,db migrate>db", "web depends on db")]
    [Arguments("db", "web>api api>db", "api depends on db")]
    [Arguments("db api", "web>api api>db", "web depends on api")]
    [Arguments("db web", "web>migrate:completed migrate>db", "")]
    [Arguments("migrate", "web>migrate:completed migrate>db", "")]
    public async Task A_stop_warns_of_what_depends_on_it_by_way_of_others_too(
        string stopped, string edges, string expected, CancellationToken cancellation)
    {
        using var world = new World();
        var needs = edges.Split(' ').ToDictionary(
            static edge => edge.Split('>')[0],
            static edge => edge.Split('>')[1].Split(',').Select(Dependency.Parse).ToArray());
        foreach (var name in (string[])["db", "migrate", "seed", "api", "web"])
        {
            var instance = world.Define(new ProcessConfig
            {
                Name = name,
                Command = name,
                DependsOn = needs.GetValueOrDefault(name),
                Restart = name is "migrate" or "seed" ? new RestartConfig { Policy = "never" } : null,
            });
            world.Supervisor.Start(instance, CauseRequest.Start);
            world.Step();
            if (name is not ("migrate" or "seed")) continue;
            world.Machine.Exit(world.Machine.Only(instance.Key), new ExitStatus(0, null));
            world.Step();
        }
        var names = stopped.Split(' ');
        var going = world.Supervisor.Table.Processes.Where(instance => names.Contains(instance.Definition.Name))
            .ToArray();
        await Assert.That(string.Join("; ", world.Supervisor.Dependencies.Warnings(going)))
            .IsEqualTo(string.Join("; ", expected.Split("; ", StringSplitOptions.RemoveEmptyEntries)
                .Select(static sentence => "warning: " + sentence.Replace(" depends", " is online and depends"))));
    }

    [Test]
    public async Task Completed_means_ended_by_itself_with_code_0(CancellationToken cancellation)
    {
        using var world = new World();
        var job = world.Define(new ProcessConfig
        {
            Name = "job",
            Command = "job",
            Restart = new RestartConfig { Policy = "never" },
        });
        var web = Define(world, "web", "job:completed");
        world.Supervisor.Start(job, CauseRequest.Start);
        var started = world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        await Assert.That(web.State.Reason).IsEqualTo("waits for job to complete");
        await Assert.That(started.Reached.IsCompleted).IsFalse();
        world.Exit(job, 3);
        await Assert.That(web.State.Reason).StartsWith("waits for job, which is stopped: exited 3");
        await Assert.That(started.Reached.IsCompletedSuccessfully).IsTrue();
        // Stopped is not completed, whatever the code.
        world.Supervisor.Start(job, CauseRequest.Start);
        world.Supervisor.Stop(job, CauseRequest.Stop);
        world.Exit(job, 0);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Held);
        world.Supervisor.Start(job, CauseRequest.Start);
        world.Exit(job, 0);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Supervisor.Dependencies.ToStart([web], []).Count).IsEqualTo(1);
    }

    [Test]
    public async Task Stopping_goes_the_other_way_and_in_parallel_where_it_can(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web, other, lone) =
            (Define(world, "db"), Define(world, "web", "db"), Define(world, "other", "db"), Define(world, "lone"));
        Up(world, db, web, other, lone);
        var pending = world.Supervisor.Stop([db, web, other, lone], CauseRequest.Stop);
        world.Step();
        await Assert.That(new[] { web, other, lone }.All(instance => instance.State.Phase == LifecyclePhase.Stopping))
            .IsTrue();
        await Assert.That(db.State is { Phase: LifecyclePhase.Online, Desired: DesiredState.Down }).IsTrue();
        world.Exit(web, 0);
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(other, 0);
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Exit(lone, 0);
        world.Exit(db, 0);
        await Assert.That(pending.All(one => one.Reached.IsCompletedSuccessfully)).IsTrue();
    }

    [Test]
    public async Task A_shutdown_goes_the_other_way_too_and_the_next_daemon_starts_in_order(
        CancellationToken cancellation)
    {
        using var world = new World();
        // The dependent has the lower number: the order of definition must not matter.
        var web = Define(world, "web");
        var db = Define(world, "db");
        world.Supervisor.Put(web.Definition with
        {
            Config = web.Definition.Config with { DependsOn = [new Dependency { Name = "db" }] },
        });
        Up(world, db, web);
        var ended = world.Supervisor.Shutdown();
        world.Step();
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(web, 0);
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Exit(db, 0);
        await ended;
        world.RestartDaemon(() => world.Machine.Reboot("boot-2"));
        await Assert.That(world.Machine.Living.OrderBy(process => process.StartTicks).Select(process =>
            process.Request.Environment["TSPM_NAME"]).SequenceEqual(["db", "web"])).IsTrue();
    }

    [Test]
    public async Task What_is_started_again_meanwhile_is_not_stopped_later(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        Up(world, db, web);
        var pending = world.Supervisor.Stop([db, web], CauseRequest.Stop);
        world.Supervisor.Start(db, CauseRequest.Start);
        world.Step();
        world.Exit(web, 0);
        await Assert.That(pending.All(one => one.Reached.IsCompletedSuccessfully)).IsTrue();
        await Assert.That(db.State is { Phase: LifecyclePhase.Online, Desired: DesiredState.Up }).IsTrue();
    }

    [Test]
    public async Task What_ends_while_it_waits_for_its_turn_is_not_started_again(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        Up(world, db, web);
        world.Supervisor.Stop([db, web], CauseRequest.Stop);
        world.Exit(db, 1);
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.Advance(100);
        await Assert.That(world.Machine.All.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_daemon_that_dies_while_it_stops_in_order_leaves_the_rest_to_the_next(
        CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        Up(world, db, web);
        world.Supervisor.Stop([db, web], CauseRequest.Stop);
        world.RestartDaemon();
        foreach (var process in world.Machine.Living.ToList()) world.Machine.Exit(process, new ExitStatus(0, null));
        world.Step();
        world.Advance(100);
        await Assert.That(world.Again(db).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Machine.Living).IsEmpty();
    }

    [Test]
    public async Task Who_was_to_be_started_again_and_then_stopped_in_order_is_not_started_by_the_next_daemon(
        CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        Up(world, db, web);
        world.Supervisor.Restart(db, CauseRequest.Restart);
        world.Supervisor.Stop([db, web], CauseRequest.Stop);
        world.RestartDaemon();
        foreach (var process in world.Machine.Living.ToList()) world.Machine.Exit(process, new ExitStatus(0, null));
        var spawned = world.Machine.All.Count;
        world.Step();
        world.Advance(100);
        await Assert.That(world.Machine.All.Count).IsEqualTo(spawned);
        await Assert.That(world.Again(db).State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task Who_ends_while_its_stop_waits_for_others_is_not_started_again(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        Up(world, db, web);
        world.Supervisor.Stop([db, web], CauseRequest.Stop);
        world.Step();
        await Assert.That(db.State.Phase).IsEqualTo(LifecyclePhase.Online);
        var spawned = world.Machine.All.Count;
        world.RestartDaemon(() => world.Machine.Exit(world.Machine.Only(db.Key), new ExitStatus(1, null)));
        world.Advance(100);
        await Assert.That(world.Machine.All.Count).IsEqualTo(spawned);
        await Assert.That((world.Again(db).State.Phase, world.Again(db).State.Reason))
            .IsEqualTo((LifecyclePhase.Stopped, "exited 1; not restarted: a stop was pending"));
    }

    [Test]
    public async Task Who_waits_goes_on_waiting_under_the_next_daemon(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        world.Supervisor.Start(web, CauseRequest.Start);
        world.RestartDaemon();
        await Assert.That(world.Again(web).State.Phase).IsEqualTo(LifecyclePhase.Held);
        world.Supervisor.Start(world.Again(db), CauseRequest.Start);
        world.Step();
        await Assert.That(world.Again(web).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_stop_warns_of_who_runs_on_without_it(CancellationToken cancellation)
    {
        using var world = new World();
        var (db, web) = (Define(world, "db"), Define(world, "web", "db"));
        Up(world, db, web);
        var dependencies = world.Supervisor.Dependencies;
        await Assert.That(dependencies.Warnings([db]).Single()).IsEqualTo("warning: web is online and depends on db");
        await Assert.That(dependencies.Warnings([db, web])).IsEmpty();
        await Assert.That(dependencies.Warnings([web])).IsEmpty();
    }

    static SupervisedProcess Define(World world, string name, params string[] needs) =>
        world.Define(new ProcessConfig
        {
            Name = name,
            Command = name,
            DependsOn = needs.Length == 0 ? null : [.. needs.Select(Dependency.Parse)],
        });

    static void Up(World world, params SupervisedProcess[] instances)
    {
        foreach (var instance in instances) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
    }
}
