using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Triggers;

/// <summary>Restarts by changed files, on a machine played by hand.</summary>
[Timeout(30_000)]
internal sealed class WatchTriggerTests
{
    static readonly ProcessConfig Web = new() { Name = "web", Command = "web", Watch = true };

    [Test]
    public async Task A_changed_file_restarts_it_after_a_pause_and_says_which(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        var first = instance.Child!.Pid;
        world.Exit(instance, 1);
        world.Advance(1);
        world.ChangeFile("/src/app.js");
        world.Advance(0.299);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Advance(0.001);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Exit(instance, new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(instance.State).IsEqualTo(instance.State with
        {
            Phase = LifecyclePhase.Online,
            Restarts = 2,
            Failures = 0,
            Cause = Cause.Observed(CauseCode.Watch, "src/app.js"),
        });
        await Assert.That(instance.Child!.Pid).IsNotEqualTo(first);
    }

    [Test]
    public async Task Changes_in_a_row_make_one_restart_and_the_first_is_named(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with { WatchDelayMs = 1000 });
        for (var i = 0; i < 5; i++)
        {
            world.ChangeFile($"/file{i}");
            world.Advance(0.9);
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        }
        world.Advance(0.1);
        await Assert.That(instance.State.Reason).IsEqualTo("watch: file0 changed");
        world.Exit(instance, 0);
        world.Advance(60);
        await Assert.That(instance.State)
            .IsEqualTo(instance.State with { Phase = LifecyclePhase.Online, Restarts = 1 });
    }

    [Test]
    public async Task Files_that_never_rest_hold_the_restart_up_for_a_while_only(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        for (var time = 0.0; time < 6; time += 0.25)
        {
            await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
            world.ChangeFile("/busy");
            world.Advance(0.25);
        }
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
    }

    [Test]
    public async Task What_is_stopped_or_ended_by_its_policy_is_never_started(CancellationToken cancellation)
    {
        using var world = new World();
        var stopped = world.StartNew(Web);
        world.ChangeFile("/a");
        world.Supervisor.Stop(stopped, CauseRequest.Stop);
        world.Step();
        world.ChangeFile("/b");
        world.Advance(5);
        world.Exit(stopped, 0);
        world.ChangeFile("/c");
        world.Advance(60);
        await Assert.That(stopped.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(world.Files.Open).IsEmpty();
        world.Supervisor.Start(stopped, CauseRequest.Start);
        world.Step();
        await Assert.That(world.Files.Open.Count()).IsEqualTo(1);

        var ended = world.StartNew(Web with { Name = "once", Restart = new RestartConfig { Policy = "never" } });
        world.Exit(ended, 0);
        world.ChangeFile("/d");
        world.Advance(60);
        await Assert.That(ended.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
    }

    [Test]
    public async Task A_change_repairs_what_waits_or_has_given_up(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with { Restart = new RestartConfig { MaxConsecutive = 2, DelayMs = 9000 } });
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Waiting);
        world.ChangeFile("/fixed");
        world.Advance(0.3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(instance, 1);
        world.Advance(9);
        world.Exit(instance, 1);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        world.ChangeFile("/fixed");
        world.Advance(0.3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task What_the_last_child_wrote_on_its_way_out_does_not_concern_the_next(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        var watch = world.Files.Open.Single();
        var epochOfFirst = watch.Epoch;
        world.ChangeFile("/app.js");
        world.Advance(0.3);
        world.ChangeFile("/state.json");
        world.Exit(instance, 0);
        // Told late: it happened before the new child was there.
        watch.Change("/state.json", epochOfFirst);
        world.Step();
        world.Advance(60);
        await Assert.That(instance.State)
            .IsEqualTo(instance.State with { Phase = LifecyclePhase.Online, Restarts = 1 });
        watch.Change("/app.js", watch.Epoch);
        world.Step();
        world.Advance(0.3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
    }

    [Test]
    public async Task Git_modules_own_logs_home_and_what_is_ignored_do_not_count(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with
        {
            WatchIgnore = ["*.tmp", "build/out", "doc/**/*.md"],
            OutFile = "web.log",
        });
        world.StartNew(new ProcessConfig { Name = "other", Command = "other", ErrFile = "other.err" });
        string[] nothing =
        [
            "/.git", "/x/node_modules", "/web.log", "/web.log.1", "/web.log.index",
            $"{world.Home.Path}/logs/web.out.log", world.Home.Path, "/deep/down/x.tmp", "/build/out",
            "/doc/a/b/c.md", "/doc/c.md", "/.app.js.swp", "/app.js~", "/pkg/__pycache__",
        ];
        foreach (var path in nothing)
        {
            await Assert.That(world.Files.Open.Single().Plan.IsIgnored(path)).IsTrue().Because(path);
            world.ChangeFile(path);
        }
        world.Advance(60);
        await Assert.That(instance.State.Restarts).IsEqualTo(0);
        foreach (var path in new[] { "/.gitignore", "/web.logic.js", "/build/output", "/a/build/out", "/doc/c.mdx",
            "/x.tmpl" })
            await Assert.That(world.Files.Open.Single().Plan.IsIgnored(path)).IsFalse().Because(path);
    }

    [Test]
    [Arguments("src", "/src/x", true)]
    [Arguments("src", "/srcx", false)]
    [Arguments("src/*.js", "/src/a.js", true)]
    [Arguments("src/*.js", "/src/a.css", false)]
    [Arguments("src/*.js", "/src/sub/a.js", false)]
    [Arguments("src/**/*.js", "/src/sub/sub/a.js", true)]
    [Arguments("*.py", "/deep/a.py", true)]
    [Arguments("*.py", "/deep/a.pyc", false)]
    [Arguments("/etc/app.conf", "/etc/app.conf", true)]
    [Arguments("/etc/app.conf", "/etc/other.conf", false)]
    public async Task Only_what_is_watched_counts(string watched, string changed, bool counts,
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with { WatchPaths = [watched] });
        world.ChangeFile(changed);
        world.Advance(0.3);
        await Assert.That(instance.State.Phase).IsEqualTo(counts ? LifecyclePhase.Stopping : LifecyclePhase.Online);
    }

    [Test]
    public async Task When_the_kernel_lost_count_something_has_changed(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        world.ChangeFile(FileWatchPlan.ManyFiles);
        world.Advance(0.3);
        await Assert.That(instance.State.Reason).IsEqualTo("watch: many files changed");
    }

    [Test]
    public async Task Without_watch_nothing_is_watched_and_a_changed_config_counts_from_the_next_start(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web with { Watch = false, WatchPaths = ["src"] });
        await Assert.That(world.Files.Watches).IsEmpty();
        world.Supervisor.Put(instance.Definition with { Config = instance.Definition.Config with { Watch = true } });
        world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Exit(instance, 0);
        await Assert.That(world.Files.Open.Single().Plan.Paths[0].Path).IsEqualTo("/src");
        world.Supervisor.Put(
            instance.Definition with { Config = instance.Definition.Config with { WatchPaths = ["lib"] } });
        await Assert.That(world.Files.Open.Single().Plan.Paths[0].Path).IsEqualTo("/src");
        world.Exit(instance, 1);
        world.Advance(1);
        await Assert.That(world.Files.Open.Single().Plan.Paths[0].Path).IsEqualTo("/lib");
        world.Supervisor.Put(instance.Definition with { Config = instance.Definition.Config with { Watch = null } });
        world.Exit(instance, 1);
        world.Advance(2);
        await Assert.That(world.Files.Open).IsEmpty();
    }

    [Test]
    public async Task What_cannot_be_watched_is_said_and_tried_again_at_the_next_start_only(
        CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        world.Files.Open.Single().Plan.Troubled("/src is not watched: no more watches");
        world.Step();
        await Assert.That(instance.View.WatchProblem).IsEqualTo("/src is not watched: no more watches");
        world.Advance(3600);
        await Assert.That(world.Files.Watches.Count).IsEqualTo(1);
        world.Exit(instance, 1);
        world.Advance(1);
        await Assert.That(world.Files.Watches.Count).IsEqualTo(2);
        await Assert.That(world.Files.Open.Count()).IsEqualTo(1);
        await Assert.That(instance.View.WatchProblem).IsNull();
    }

    [Test]
    public async Task The_next_daemon_watches_on_and_the_end_of_a_daemon_is_no_restart(CancellationToken cancellation)
    {
        using var world = new World();
        var instance = world.StartNew(Web);
        world.RestartDaemon();
        instance = world.Again(instance);
        world.ChangeFile("/a");
        world.Advance(0.1);
        var ended = world.Supervisor.Shutdown();
        world.ChangeFile("/b");
        world.Advance(5);
        world.Exit(instance, 0);
        world.Advance(60);
        await ended;
        await Assert.That(world.Machine.Living).IsEmpty();
        await Assert.That(world.Files.Open).IsEmpty();
    }

    [Test]
    public async Task A_folder_that_does_not_answer_keeps_nobody_waiting_and_is_watched_later(
        CancellationToken cancellation)
    {
        using var world = new World();
        world.Files.Hangs = true;
        var instance = world.StartNew(Web);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        var ready = world.Supervisor.Triggers.Watch.Ready([instance]);
        await Assert.That(ready.IsCompleted).IsFalse();
        world.Files.Answer();
        world.Step();
        await ready.WaitAsync(cancellation);
        world.ChangeFile("/src/app.js");
        world.Advance(0.3);
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
    }

    [Test]
    public async Task What_is_stopped_before_the_folder_answers_is_never_watched(CancellationToken cancellation)
    {
        using var world = new World();
        world.Files.Hangs = true;
        var instance = world.StartNew(Web);
        var ready = world.Supervisor.Triggers.Watch.Ready([instance]);
        world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Files.Answer();
        world.Step();
        await ready.WaitAsync(cancellation);
        await Assert.That(world.Files.Watches).IsEmpty();
    }
}
