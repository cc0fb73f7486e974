using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision.Starting;

/// <summary>An envFile is read anew for each start, and a file system that does not answer keeps nobody else.</summary>
[Timeout(30_000)]
internal sealed class EnvFileStartTests
{
    static readonly ProcessConfig s_plain = new() { Name = "plain", Command = "plain" };

    static ProcessConfig Web(World world, string text = "A=1")
    {
        Write(world, text);
        return new ProcessConfig { Name = "web", Command = "web", EnvFile = FileOf(world) };
    }

    static string FileOf(World world, string name = "web.env") => Path.Combine(world.Home.Path, name);

    static void Write(World world, string text, string name = "web.env") =>
        File.WriteAllText(FileOf(world, name), text);

    static string? A(World world, SupervisedProcess process) =>
        world.Machine.Only(process.Key).Request.Environment.GetValueOrDefault("A");

    [Test]
    public async Task Every_start_reads_it_anew(CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world) with { Restart = new RestartConfig { DelayMs = 0 } });
        await Assert.That(A(world, web)).IsEqualTo("1");
        Write(world, "A=2");
        world.Exit(web, 1);
        await Assert.That(A(world, web)).IsEqualTo("2");
        Write(world, "A=3");
        world.Supervisor.Restart(web, Cause.Requested(CauseRequest.Restart));
        world.Exit(web, 0);
        await Assert.That(A(world, web)).IsEqualTo("3");
    }

    [Test]
    public async Task A_file_system_that_does_not_answer_keeps_nobody_else_waiting(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        await Assert.That(web.View.WaitsFor).IsEqualTo("its envFile");
        var plain = world.StartNew(s_plain);
        await Assert.That(plain.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(web.View.WaitsFor).IsNull();
        await Assert.That(A(world, web)).IsEqualTo("1");
    }

    [Test]
    public async Task A_stop_gives_the_reading_up_and_a_late_answer_starts_nothing(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        world.Supervisor.Stop(web, CauseRequest.Stop);
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(world.Machine.All).IsEmpty();
        // Nor does it start the child of the next run, which waits for its own answer.
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        world.Supervisor.Stop(web, CauseRequest.Stop);
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    [Arguments(null, "the env file {0} does not exist")]
    [Arguments("A=${NONE}", "{0}, line 1: ")]
    public async Task A_file_that_is_of_no_use_is_a_failed_start_that_says_why(
        string? text, string sentence, CancellationToken cancellation)
    {
        using var world = new World();
        var config = Web(world, text ?? "");
        if (text is null) File.Delete(FileOf(world));
        var web = world.StartNew(config);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(web.View.FailedSpawn!.Stage).IsEqualTo(SpawnFailure.EnvFileStage);
        await Assert.That(web.State.Reason).Contains(string.Format(null, sentence, FileOf(world)));
    }

    [Test]
    public async Task It_is_read_after_preStart_which_may_write_it(CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world) with { Hooks = new HookConfig { PreStart = "fetch" } });
        await Assert.That(web.View.WaitsFor).IsEqualTo("its preStart hook");
        Write(world, "A=2");
        EndHook(world);
        await Assert.That(A(world, web)).IsEqualTo("2");
    }

    [Test]
    public async Task What_it_waits_for_after_preStart_is_said(CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world) with { Hooks = new HookConfig { PreStart = "fetch" } });
        world.StartFiles.Hangs = true;
        EndHook(world);
        await Assert.That(web.View.WaitsFor).IsEqualTo("its envFile");
        await Assert.That(Intended(world, web.Key)).IsEqualTo(0);
    }

    [Test]
    public async Task When_the_definition_names_another_file_meanwhile_that_one_is_read(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        Write(world, "A=other", "other.env");
        var config = web.Definition.Config with { EnvFile = FileOf(world, "other.env") };
        world.Supervisor.Table.Put(web.Definition with { Config = config });
        world.StartFiles.Hangs = false;
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(A(world, web)).IsEqualTo("other");
    }

    /// <summary>Whoever else is started in the meantime, and ends, must not be taken for its child.</summary>
    [Test]
    public async Task While_it_is_read_the_record_says_that_there_is_no_child(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        await Assert.That(Intended(world, web.Key)).IsEqualTo(0);
        world.StartFiles.Hangs = false;
        world.RestartDaemon();
        await Assert.That(world.Again(web).State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }

    [Test]
    public async Task The_record_never_says_before_the_reading_that_there_may_be_a_child(
        CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.Define(Web(world));
        var wasIntended = false;
        world.BeforeRecord = () => wasIntended |= world.Records.LoadAll().TryGetValue(web.Key, out var record)
            && record.Current is { IntendedTicks: > 0 };
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        await Assert.That(wasIntended).IsFalse();
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(wasIntended).IsTrue();
    }

    [Test]
    public async Task Before_the_spawn_the_record_says_that_there_may_be_one(CancellationToken cancellation)
    {
        using var world = new World();
        long intended = 0;
        var web = world.Define(Web(world));
        world.Machine.AfterSpawn = () => intended = Intended(world, web.Key);
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        await Assert.That(intended).IsGreaterThan(0);
    }

    static long Intended(World world, InstanceKey key) =>
        new Tspm.Storage.RunRecordStore(world.Home).LoadAll()[key].Current!.IntendedTicks;

    [Test]
    public async Task Log_files_that_are_renamed_meanwhile_are_waited_for(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world));
        world.Outputs.RenamesHang = true;
        Tspm.Supervision.Commands.RenameExecution.Rename(world.Supervisor, web.Definition, "site");
        _ = world.Supervisor.Save();
        world.Step();
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        world.StartFiles.Hangs = false;
        world.Outputs.FinishRenames();
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(Path.GetFileName(web.View.OutLog)).StartsWith("site");
        await Assert.That(world.Outputs.Files.ContainsKey(web.View.OutLog)).IsTrue();
    }

    // ---- reloads

    [Test]
    public async Task A_reload_reads_it_while_the_old_child_goes_on(CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world));
        var old = world.Machine.Only(web.Key);
        Write(world, "A=2");
        world.StartFiles.Hangs = true;
        var settled = world.Supervisor.Reload([web], Cause.Requested(CauseRequest.Reload))[0];
        world.Step();
        await Assert.That(web.View.WaitsFor).IsEqualTo("the files of its new child");
        await Assert.That(world.Machine.Living.Single()).IsEqualTo(old);
        world.StartFiles.Answer();
        world.Step();
        var young = world.Machine.Living.Single(process => process != old);
        await Assert.That(young.Request.Environment["A"]).IsEqualTo("2");
        world.Advance(Replacement.MinimumLife);
        world.Machine.Exit(old, new ExitStatus(0, null));
        world.Step();
        await Assert.That((await settled.Reached.WaitAsync(cancellation)).Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task A_reload_says_what_it_waits_for_and_reads_what_preStart_has_written(
        CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.Define(Web(world) with { Hooks = new HookConfig { PreStart = "fetch" } });
        world.Supervisor.Start(web, CauseRequest.Start);
        world.Step();
        EndHook(world);
        _ = world.Supervisor.Reload([web], Cause.Requested(CauseRequest.Reload));
        world.Step();
        await Assert.That(web.View.WaitsFor).IsEqualTo("the preStart hook of its new child");
        world.StartFiles.Hangs = true;
        Write(world, "A=2");
        EndHook(world);
        await Assert.That(web.View.WaitsFor).IsEqualTo("the files of its new child");
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(world.Machine.Living.Select(process => process.Request.Environment["A"]))
            .IsEquivalentTo(["1", "2"]);
    }

    static void EndHook(World world)
    {
        world.Machine.Exit(world.Machine.Hooks("preStart").Single(), new ExitStatus(0, null));
        world.Step();
    }

    [Test]
    public async Task A_reload_is_given_up_when_the_old_child_ends_meanwhile(CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world) with { Restart = new RestartConfig { DelayMs = 0 } });
        world.StartFiles.Hangs = true;
        var settled = world.Supervisor.Reload([web], Cause.Requested(CauseRequest.Reload))[0];
        world.Step();
        world.Exit(web, 1);
        world.Advance(1);
        await Assert.That(web.Replacement).IsNull();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(settled.Reached.IsCompleted).IsTrue();
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(1);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    // ---- hooks and probes

    [Test]
    public async Task A_hook_whose_envFile_cannot_be_read_in_its_time_is_given_up(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world) with
        {
            Hooks = new HookConfig { PreStart = "fetch", TimeoutMs = 2000 },
            Restart = new RestartConfig { Policy = "never" },
        });
        world.Advance(1.999);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Spawning);
        world.Advance(0.001);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        await Assert.That(web.State.Reason)
            .IsEqualTo("preStart could not be run: its envFile was not read within 2 s");
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(world.Machine.All).IsEmpty();
    }

    [Test]
    public async Task A_stop_gives_up_a_hook_that_waits_for_its_envFile(CancellationToken cancellation)
    {
        using var world = new World();
        world.StartFiles.Hangs = true;
        var web = world.StartNew(Web(world) with { Hooks = new HookConfig { PreStart = "fetch" } });
        world.Supervisor.Stop(web, CauseRequest.Stop);
        world.Step();
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(world.Machine.All).IsEmpty();
    }

    [Test]
    public async Task A_probe_whose_envFile_is_not_read_has_no_answer_and_runs_nothing_later(
        CancellationToken cancellation)
    {
        using var world = new World();
        var web = world.StartNew(Web(world) with
        {
            Health = new Probe { Exec = "check", IntervalMs = 1000, TimeoutMs = 500, Failures = 1 },
        });
        world.StartFiles.Hangs = true;
        world.Advance(1);
        await Assert.That(world.StartFiles.Hanging).IsEqualTo(1);
        world.Advance(0.5);
        await Assert.That(web.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        await Assert.That(web.State.Reason).Contains("no answer within 500 ms");
        world.StartFiles.Answer();
        world.Step();
        await Assert.That(world.Machine.All.Count).IsEqualTo(1);
    }
}
