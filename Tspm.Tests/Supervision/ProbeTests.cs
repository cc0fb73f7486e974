using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision;

/// <summary>Readiness and health, on a machine and a clock played by hand.</summary>
[Timeout(30_000)]
internal sealed class ProbeTests
{
    static readonly ProcessConfig Tcp = new()
    {
        Name = "web",
        Command = "web",
        Ready = new Probe { Tcp = "127.0.0.1:80" },
    };

    static readonly ProcessConfig Notify = new() { Name = "web", Command = "web", Ready = new Probe { Notify = true } };

    static readonly ProcessConfig Watchdog = new()
    {
        Name = "web",
        Command = "web",
        Health = new Probe { Notify = true, IntervalMs = 10_000 },
    };

    static ProcessConfig Health(int failures = 3) => new()
    {
        Name = "web",
        Command = "web",
        Health = new Probe
        {
            Http = "http://127.0.0.1/h",
            IntervalMs = 2000,
            TimeoutMs = 1000,
            Failures = failures,
        },
    };

    [Test]
    public async Task It_is_online_when_the_probe_succeeds_and_not_before(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Tcp);
        var settled = world.Supervisor.Start(instance, CauseRequest.Start).Reached;
        world.Advance(5);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        await Assert.That(instance.View.ProbeProblem).IsEqualTo("connection refused");
        await Assert.That(settled.IsCompleted).IsFalse();
        world.Dialer.Answer = static _ => (null, "");
        world.Advance(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(settled.IsCompleted).IsTrue();
        var asked = world.Dialer.Dialled;
        world.Advance(100);
        await Assert.That(world.Dialer.Dialled).IsEqualTo(asked);
        await Assert.That(world.Dialer.Open).IsEqualTo(0);
    }

    [Test]
    public async Task Questions_come_quickly_at_first_and_once_a_second_later(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartNew(Tcp);
        await Assert.That(world.Dialer.Dialled).IsEqualTo(1);
        world.Advance(0.05);
        await Assert.That(world.Dialer.Dialled).IsEqualTo(2);
        world.Advance(0.1);
        await Assert.That(world.Dialer.Dialled).IsEqualTo(3);
        for (var second = 0; second < 10; second++) world.Advance(1);
        var before = world.Dialer.Dialled;
        for (var second = 0; second < 10; second++) world.Advance(1);
        await Assert.That(world.Dialer.Dialled - before).IsEqualTo(10);
    }

    [Test]
    public async Task Who_is_not_ready_in_time_is_restarted_and_the_reason_says_why(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Tcp with { StartTimeoutMs = 3000 });
        for (var tenth = 0; tenth < 29; tenth++) world.Advance(0.1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Advance(0.1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        await Assert.That(instance.State.Reason).IsEqualTo("not ready within 3 s: connection refused");
        world.Exit(instance, 0);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        await Assert.That(instance.State.Failures).IsEqualTo(1);
        world.Dialer.Answer = static _ => (null, "");
        world.Advance(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_question_without_an_answer_is_given_up_and_asked_again(CancellationToken cancellation)
    {
        using var world = new World();
        world.Dialer.Answer = static _ => null;
        var instance = world.StartNew(Tcp);
        world.Advance(4.9);
        await Assert.That((world.Dialer.Dialled, world.Dialer.Open)).IsEqualTo((1, 1));
        world.Advance(0.1);
        await Assert.That(world.Dialer.Open).IsEqualTo(0);
        await Assert.That(instance.View.ProbeProblem).IsEqualTo("no answer within 5 s");
        world.Dialer.Answer = static _ => (null, "");
        world.Advance(0.05);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task Nobody_is_asked_any_more_when_it_ends_or_is_stopped(CancellationToken cancellation)
    {
        using var world = new World();
        world.Dialer.Answer = static _ => null;
        var instance = world.StartNew(Tcp with { Restart = new RestartConfig { Policy = "never" } });
        world.Exit(instance, 3);
        await Assert.That(world.Dialer.Open).IsEqualTo(0);
        await Assert.That(instance.State.Reason).StartsWith("exited 3");
        world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Step();
        await Assert.That(world.Dialer.Open).IsEqualTo(0);
        var asked = world.Dialer.Dialled;
        world.Advance(9);
        await Assert.That(world.Dialer.Dialled).IsEqualTo(asked);
    }

    [Test]
    public async Task Without_probes_nothing_runs(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Loop.Timers.UntilNext()).IsNull();
        await Assert.That(world.Notify.Open).IsEmpty();
        await Assert.That(instance.View.Health).IsNull();
    }

    [Test]
    public async Task A_delay_is_a_delay(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Tcp with { Ready = new Probe { DelayMs = 500 } });
        world.Advance(0.499);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Advance(0.001);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task So_many_bad_answers_in_a_row_restart_it_with_the_cause(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Health());
        await Assert.That(instance.View.Health).IsNull();
        world.Dialer.Answer = static _ => (null, "HTTP/1.1 200 OK");
        world.Advance(2);
        await Assert.That(instance.View.Health).IsTrue();
        world.Dialer.Answer = static _ => (null, "HTTP/1.1 500 Oops");
        world.Advance(2);
        world.Advance(2);
        await Assert.That(instance.View.Health).IsFalse();
        await Assert.That(instance.View.ProbeProblem).IsEqualTo("status 500");
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(2);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        await Assert.That(instance.State.Reason).IsEqualTo("health: http://127.0.0.1/h: status 500, 3 times in a row");
        world.Exit(instance, 0);
        world.Advance(1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.State.Restarts).IsEqualTo(1);
        await Assert.That(instance.View.Health).IsNull();
    }

    [Test]
    public async Task A_good_answer_in_between_clears_the_count(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Health(failures: 2));
        for (var round = 0; round < 20; round++)
        {
            world.Dialer.Answer = round % 2 == 0 ? static _ =>
                (null, "HTTP/1.1 404 No") : static _ => (null, "HTTP/1.0 302 There");
            world.Advance(2);
        }
        await Assert.That((instance.State.Phase, instance.State.Restarts)).IsEqualTo((LifecyclePhase.Online, 0));
        world.Dialer.Answer = static _ => null;
        world.Advance(2);
        world.Advance(1);
        world.Advance(2);
        world.Advance(1);
        await Assert.That(instance.State.Reason).Contains("no answer within 1 s, 2 times in a row");
    }

    [Test]
    public async Task It_says_itself_when_it_is_ready(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Notify);
        var child = world.Machine.Only(instance.Key);
        await Assert.That(child.Request.Environment["NOTIFY_SOCKET"])
            .IsEqualTo(world.Notify.NameOf(instance.View.RunId));
        await Assert.That(child.Request.Environment.ContainsKey("WATCHDOG_USEC")).IsFalse();
        world.Notify.Say(instance.View.RunId, child.Pid, "STATUS=loading 40 %");
        await Assert.That(instance.View.StatusText).IsEqualTo("loading 40 %");
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Machine.Strangers.Add(77);
        world.Notify.Say(instance.View.RunId, 77, "READY=1");
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Notify.Say(instance.View.RunId, child.Pid, "MAINPID=1\nREADY=1\nSTATUS=here");
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.View.StatusText).IsEqualTo("here");
        world.Exit(instance, 1);
        await Assert.That(world.Notify.Open).IsEmpty();
        await Assert.That(instance.View.StatusText).IsNull();
    }

    [Test]
    public async Task Who_says_nothing_is_told_what_was_missing_and_who_asks_for_time_gets_it(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Notify with { StartTimeoutMs = 2000 });
        world.Advance(1);
        world.Notify.Say(instance.View.RunId, world.Machine.Only(instance.Key).Pid, "EXTEND_TIMEOUT_USEC=5000000");
        world.Advance(4.9);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Advance(0.2);
        await Assert.That(instance.State.Reason).IsEqualTo("not ready within 2 s: it did not send READY=1");
    }

    [Test]
    public async Task A_stop_that_asks_for_time_gets_it_too(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Watchdog);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Advance(9);
        world.Notify.Say(instance.View.RunId, world.Machine.Only(instance.Key).Pid, "EXTEND_TIMEOUT_USEC=8000000");
        world.Advance(7.9);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Advance(0.2);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task Silence_for_longer_than_the_watchdog_allows_restarts_it(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Watchdog);
        var child = world.Machine.Only(instance.Key);
        await Assert.That(child.Request.Environment["WATCHDOG_USEC"]).IsEqualTo("10000000");
        await Assert.That(child.Request.SetUp!.PidVariables).IsEqualTo("WATCHDOG_PID");
        for (var round = 0; round < 5; round++)
        {
            world.Advance(9);
            world.Notify.Say(instance.View.RunId, child.Pid, "WATCHDOG=1");
        }
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(9.9);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(0.1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        await Assert.That(instance.State.Reason).IsEqualTo("no sign of life for 10 s");
    }

    [Test]
    [Arguments("STOPPING=1", true)]
    [Arguments("WATCHDOG=trigger", false)]
    [Arguments("WATCHDOG=2", false)]
    public async Task Who_leaves_is_left_alone_and_who_asks_for_help_gets_it(string words, bool stays,
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Watchdog);
        world.Notify.Say(instance.View.RunId, world.Machine.Only(instance.Key).Pid, words);
        world.Advance(30);
        await Assert.That(instance.State.Phase == LifecyclePhase.Online).IsEqualTo(stays);
    }

    [Test]
    public async Task What_is_said_while_no_daemon_lives_counts(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Notify with { StartTimeoutMs = 20_000 });
        var pid = world.Machine.Only(instance.Key).Pid;
        world.RestartDaemon(() => world.Notify.Say(instance.View.RunId, pid, "READY=1\nSTATUS=up"));
        var again = world.Again(instance);
        await Assert.That(again.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(again.View.Pid).IsEqualTo(pid);
        await Assert.That(again.View.StatusText).IsEqualTo("up");
        world.RestartDaemon();
        await Assert.That(world.Again(instance).View.StatusText).IsEqualTo("up");
        world.Advance(100);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task The_next_daemon_goes_on_with_what_is_left_of_the_time(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Tcp with { StartTimeoutMs = 20_000 });
        world.Advance(5);
        world.RestartDaemon(() => world.Clock.Advance(TimeSpan.FromSeconds(10)));
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Starting);
        for (var second = 0; second < 4; second++) world.Advance(1);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Advance(1);
        await Assert.That(world.Again(instance).State.Reason).StartsWith("not ready within 20 s");
    }

    [Test]
    public async Task A_time_that_ran_out_while_no_daemon_lived_leaves_a_moment_to_answer(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Tcp with { StartTimeoutMs = 5_000 });
        world.RestartDaemon(() => world.Clock.Advance(TimeSpan.FromSeconds(60)));
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Dialer.Answer = static _ => (null, "");
        world.Advance(0.5);
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task Health_goes_on_under_the_next_daemon_as_the_run_was_started(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Health(failures: 1));
        // Changed for the next start only: this child knows nothing of a watchdog.
        instance.Redefine(instance.Definition with
        {
            Config = instance.Definition.Config with { Health = new Probe { Notify = true, IntervalMs = 100 } },
        });
        world.RestartDaemon();
        var again = world.Again(instance);
        world.Dialer.Answer = static _ => (null, "HTTP/1.1 204 Nothing");
        world.Advance(2);
        world.Advance(2);
        await Assert.That(again.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(again.View.Health).IsTrue();
        world.Dialer.Answer = static _ => ("connection refused", "");
        world.Advance(2);
        await Assert.That(again.State.Reason).IsEqualTo("health: http://127.0.0.1/h: connection refused");
    }

    [Test]
    public async Task A_spawn_that_nobody_recorded_waits_for_readiness_too(CancellationToken cancellation)
    {
        using var world = new World();
        world.Machine.AfterSpawn = static () => throw new DaemonDied();
        var instance = world.Define(Tcp);
        world.Save();
        try
        {
            world.Supervisor.Start(instance, CauseRequest.Start);
        }
        catch (DaemonDied)
        {
            // kill -9 between the spawn and its record.
        }
        world.Machine.AfterSpawn = null;
        world.KillDaemon();
        world.StartDaemon();
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Starting);
        await Assert.That(world.Dialer.Dialled).IsGreaterThan(0);
    }

    // ---- whose answer it was

    static readonly Tspm.Platform.DialedAddress Here = new([127, 0, 0, 1], 80, IsLocal: true);

    static Tspm.Platform.ListenerFacts Stranger(ulong socket, string? holder = null) =>
        new() { Sockets = new HashSet<ulong> { socket }, IsOwn = false, Holder = holder };

    static World Answered(Tspm.Platform.ListenerFacts facts, params ulong[] before)
    {
        var world = new World();
        world.Dialer.Answer = static _ => (null, "HTTP/1.1 200 OK");
        world.Dialer.Address = Here;
        world.Tcp.Present = [.. before];
        world.Tcp.Facts = _ => facts;
        return world;
    }

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task The_answer_of_a_listener_that_was_there_before_does_not_count(
        bool isHttp, CancellationToken cancellation)
    {
        using var world = Answered(Stranger(7, "pid 4 (nginx)"), 7);
        var instance = world.StartNew(isHttp ? Tcp with { Ready = new Probe { Http = "http://127.0.0.1/" } } : Tcp);
        world.Advance(5);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        await Assert.That(instance.View.ProbeProblem)
            .IsEqualTo("127.0.0.1:80 is answered by pid 4 (nginx), which was already listening there before the start");
        // Of the next daemon too.
        world.RestartDaemon();
        instance = world.Again(instance);
        world.Tcp.Present = [];
        world.Advance(5);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Starting);
        world.Tcp.Facts = static _ => new() { Sockets = new HashSet<ulong> { 7, 8 }, IsOwn = true };
        world.Advance(1);
        await Assert.That((instance.State.Phase, instance.View.ReadyNote, instance.View.ProbeProblem))
            .IsEqualTo((LifecyclePhase.Online, (string?)null, (string?)null));
    }

    [Test]
    public async Task One_that_came_later_counts_with_a_note_that_outlives_the_daemon(CancellationToken cancellation)
    {
        using var world = Answered(Stranger(8), 7);
        var instance = world.StartNew(Tcp);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.View.ReadyNote!).Contains("appeared after the start and is not in its process tree");
        world.RestartDaemon();
        await Assert.That(world.Again(instance).View.ReadyNote!).Contains("appeared after the start");
    }

    [Test]
    public async Task What_cannot_be_seen_counts_as_before_and_so_do_other_machines(CancellationToken cancellation)
    {
        using var unseen = Answered(new());
        await Assert.That(unseen.StartNew(Tcp).View.ReadyNote!).Contains("cannot be seen");
        using var far = Answered(Stranger(7), 7);
        far.Dialer.Address = new([10, 0, 0, 9], 80, IsLocal: false);
        var instance = far.StartNew(Tcp);
        await Assert.That((instance.State.Phase, instance.View.ReadyNote))
            .IsEqualTo(
            (LifecyclePhase.Online, "10.0.0.9:80 is on another machine, so it is not known which program answered"));
    }

    [Test]
    public async Task Who_listens_once_the_child_is_there_did_not_listen_before_it(CancellationToken cancellation)
    {
        using var world = Answered(Stranger(8));
        var present = 0;
        // It forked twice and listens at once, which is before anything else happens here.
        world.Machine.AfterSpawn = () =>
        {
            present = world.Tcp.Asked;
            world.Tcp.Present = [8];
        };
        var instance = world.StartNew(Tcp);
        await Assert.That((present, world.Tcp.Asked)).IsEqualTo((1, 1));
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(instance.View.ReadyNote!).Contains("appeared after the start and is not in its process tree");
    }

    [Test]
    public async Task Who_listened_before_is_on_record_with_each_child(CancellationToken cancellation)
    {
        using var world = Answered(Stranger(9), 7);
        var instance = world.StartNew(Tcp);
        RunRecord Record() => new Tspm.Storage.RunRecordStore(world.Home).LoadAll()[instance.Key];
        await Assert.That(Record().Current!.OtherListeners!).IsEquivalentTo([7UL]);
        world.Tcp.Present = [7, 9];
        world.Supervisor.Reload([instance], "reloaded by user");
        world.Step();
        await Assert.That(Record().Replacement!.OtherListeners!).IsEquivalentTo([7UL, 9UL]);
    }

    [Test]
    public async Task What_connects_to_no_port_reads_no_table(CancellationToken cancellation)
    {
        using var world = Answered(Stranger(9), 7);
        world.StartNew(Tcp with { Ready = new Probe { DelayMs = 5 } });
        world.StartNew(Health());
        await Assert.That(world.Tcp.Asked).IsEqualTo(0);
    }

    [Test]
    public async Task Health_takes_any_answer(CancellationToken cancellation)
    {
        using var world = Answered(Stranger(7), 7);
        var instance = world.StartNew(Health());
        world.Advance(2);
        await Assert.That(instance.View.Health!.Value).IsTrue();
    }

    [Test]
    public async Task A_reload_is_not_ready_by_the_port_of_the_old_child(CancellationToken cancellation)
    {
        using var world = Answered(Stranger(7));
        world.Tcp.Facts = static _ => new() { Sockets = new HashSet<ulong> { 7 }, IsOwn = true };
        var instance = world.StartNew(Tcp);
        var old = instance.View.Pid;
        world.Tcp.Present = [7];
        world.Tcp.Facts = pid =>
            new() { Sockets = new HashSet<ulong> { 7 }, IsOwn = pid == old, Holder = $"pid {old} (web)" };
        var settled = world.Supervisor.Reload([instance], CauseRequest.Reload)[0];
        world.Advance(10);
        await Assert.That(instance.Replacement).IsNotNull();
        world.Advance(60);
        world.Machine.Exit(world.Machine.All.Last(child => child.Pid != old), new ExitStatus(null, 15));
        world.Step();
        await Assert.That(settled.Problem!).Contains("is answered by pid").And.Contains("the old one keeps running");
        await Assert.That(instance.View.Pid).IsEqualTo(old);
    }
}
