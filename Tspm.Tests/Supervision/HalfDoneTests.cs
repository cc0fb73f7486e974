using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>
/// Operations of several steps, and a daemon that dies at each instant of each: the next one finds the operation done,
/// or brings it to its end, or nothing of it has happened. What is compared is all that anybody could see: definitions,
/// wishes, children, log files, run records.
/// </summary>
[Timeout(120_000)]
internal sealed class HalfDoneTests
{
    static readonly Dictionary<string, string> Shell = new() { ["PATH"] = "/bin" };

    [Test]
    [Arguments(1, 3), Arguments(3, 1), Arguments(2, 5), Arguments(5, 2), Arguments(1, 2), Arguments(4, 3)]
    public Task Scale_is_done_or_has_not_happened(int from, int to, CancellationToken cancellation) => Sweep(
        world => Start(world, Web with { Instances = from }), world => Scaled(world, "web", to), cancellation);

    [Test]
    public Task Scale_of_a_process_that_is_stopped_starts_nothing(CancellationToken cancellation) => Sweep(
        world =>
        {
            Start(world, Web);
            world.Supervisor.Stop(Instances(world, "web"), CauseRequest.Stop);
        },
        world => Scaled(world, "web", 3), cancellation);

    [Test]
    [Arguments(3), Arguments(1)]
    public Task Scale_leaves_the_instance_stopped_that_was(int to, CancellationToken cancellation) => Sweep(
        world =>
        {
            Start(world, Web with { Instances = 2 });
            world.Supervisor.Stop(Instances(world, "web")[1], CauseRequest.Stop);
        },
        world => Scaled(world, "web", to), cancellation);

    [Test]
    public Task Scale_up_takes_back_what_is_still_on_its_way_down(CancellationToken cancellation) => Sweep(
        world =>
        {
            Start(world, Web with { Instances = 3 });
            world.Machine.Answer = static (_, _) => null;
            Scaled(world, "web", 1);
            world.Step();
            world.Machine.Answer = Obey;
        },
        world => Scaled(world, "web", 3), cancellation, isSettled: false);

    [Test]
    public Task Rename_is_done_or_has_not_happened(CancellationToken cancellation) =>
        Sweep(world => Start(world, Web), world => Renamed(world, "web", "site"), cancellation);

    [Test]
    public Task Rename_of_several_instances_changes_those_that_depend_on_them_too(CancellationToken cancellation) =>
        Sweep(
        world =>
        {
            Start(world, Web with { Instances = 3 });
            Start(world, Web with { Name = "api", Command = "api", DependsOn = [new Dependency { Name = "web" }] });
        },
        world => Renamed(world, "web", "site"), cancellation);

    [Test]
    public Task Rename_and_back_loses_no_log(CancellationToken cancellation) => Sweep(
        world => Start(world, Web with { Instances = 2 }),
        world =>
        {
            Renamed(world, "web", "site");
            world.Step();
            Renamed(world, "site", "web");
        },
        cancellation, isOne: false);

    [Test]
    [Arguments(false), Arguments(true)]
    public Task Delete_is_done_or_has_not_happened(bool withLogs, CancellationToken cancellation) => Sweep(
        world => Start(world, Web with { Instances = 2 }), world => Deleted(world, withLogs, "web"), cancellation);

    [Test]
    [Arguments(false), Arguments(true)]
    public Task Delete_of_what_is_stopped_is_done_or_has_not_happened(bool withLogs, CancellationToken cancellation) =>
        Sweep(
        world =>
        {
            Start(world, Web);
            world.Supervisor.Stop(Instances(world, "web"), CauseRequest.Stop);
        },
        world => Deleted(world, withLogs, "web"), cancellation);

    [Test]
    [Arguments(false), Arguments(true)]
    public Task Delete_of_all_is_all_or_nothing(bool withLogs, CancellationToken cancellation) => Sweep(
        world =>
        {
            Start(world, Web);
            Start(world,
                Web with
                {
                    Name = "api",
                    Command = "api",
                    Instances = 2,
                    DependsOn = [new Dependency { Name = "web" }]
                });
            Start(world, Web with { Name = "job", Command = "job" });
        },
        world => Deleted(world, withLogs, "web", "api", "job"), cancellation);

    [Test]
    [Arguments(false), Arguments(true)]
    public Task Apply_is_done_or_has_not_happened(bool prune, CancellationToken cancellation) => Sweep(
        world =>
        {
            Start(world, Web);
            Start(world, Web with { Name = "old", Command = "old" });
            Start(world, Web with { Name = "more", Command = "more" });
            Start(world, Web with { Name = "fewer", Command = "fewer", Instances = 3 });
            Start(world, Web with { Name = "same", Command = "same" });
        },
        world => Applied(world, prune,
            Web with { Command = "web2" }, Web with { Name = "more", Command = "more2", Instances = 2 },
                Web with { Name = "fewer", Command = "fewer", Instances = 1 },
            Web with { Name = "same", Command = "same" }, Web with { Name = "new", Command = "new", Instances = 2 }),
        cancellation);

    [Test]
    public Task Apply_to_what_was_given_up_tries_it_again_or_leaves_it(CancellationToken cancellation) => Sweep(
        world =>
        {
            Start(world, Web with { Restart = new RestartConfig { MaxConsecutive = 1 } });
            world.Exit(Instances(world, "web")[0], 1);
        },
        world => Applied(world, false, Web with { Command = "web2" }), cancellation);

    /// <summary>
    /// What could not be saved is in memory and in effect, but for the names of log files, which wait.
    /// </summary>
    [Test]
    public async Task When_a_renaming_cannot_be_saved_the_log_keeps_its_name_until_it_can(
        CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        world.Step();
        var instance = Instances(world, "web")[0];
        var log = instance.View.OutLog;
        world.SaveFailure = new IOException("no room");
        Renamed(world, "web", "site");
        world.Step();
        await Assert.That(instance.Definition.Name).IsEqualTo("site");
        await Assert.That(instance.View.OutLog).IsEqualTo(log);
        await Assert.That(world.Outputs.Files.ContainsKey(log)).IsTrue();
        await Assert.That(world.Supervisor.Table.NameProblem("web"))
            .Contains("the name 'web' is not free yet: the log files of 'site' use it");
        await Assert.That(world.Supervisor.Table.NameProblem("web", instance.Key.Id)).IsNull();
        world.SaveFailure = null;
        world.RetrySave();
        await Assert.That(Path.GetFileName(instance.View.OutLog)).IsEqualTo("site.out.log");
        await Assert.That(world.Outputs.Files.Keys.Select(path =>
            Path.GetFileName(path)!)).IsEquivalentTo(["site.out.log", "site.err.log"]);
        await Assert.That(world.Supervisor.Table.NameProblem("web")).IsNull();
        await Assert.That(world.Saved.Processes[0].LogsUnder).IsNull();
    }

    [Test]
    public async Task A_log_that_cannot_be_renamed_is_used_under_its_name_and_renamed_with_the_next_change(
        CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        world.Step();
        var instance = Instances(world, "web")[0];
        var log = instance.View.OutLog;
        world.Outputs.RenameFailure = "the log cannot be renamed";
        Renamed(world, "web", "site");
        world.Step();
        await Assert.That(instance.View.OutLog).IsEqualTo(log);
        await Assert.That(world.Supervisor.LogMoves.ProblemOf(instance.Key.Id)).IsEqualTo("the log cannot be renamed");
        await Assert.That(world.Supervisor.LogMoves.Trouble).IsEqualTo("the log cannot be renamed");
        world.Save();
        await Assert.That(Path.GetFileName(instance.View.OutLog)).IsEqualTo("site.out.log");
        await Assert.That(world.Supervisor.LogMoves.Trouble).IsNull();
    }

    /// <summary>A disk that does not answer is a matter of the process whose logs lie on it.</summary>
    [Test]
    public async Task While_log_files_are_renamed_others_are_supervised_and_its_own_start_waits(
        CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        Start(world, Web with { Name = "api" });
        world.Step();
        var (instance, api) = (Instances(world, "web")[0], Instances(world, "api")[0]);
        world.Outputs.RenamesHang = true;
        Renamed(world, "web", "site");
        var saved = world.Supervisor.Save();
        world.Step();
        await Assert.That(saved.IsCompleted).IsFalse();
        world.Exit(api, 1);
        world.Advance(1);
        await Assert.That(api.State.Phase).IsEqualTo(LifecyclePhase.Online);
        world.Exit(instance, 1);
        world.Advance(1);
        await Assert.That((instance.State.Phase, instance.Child)).IsEqualTo((LifecyclePhase.Spawning, null));
        world.Outputs.FinishRenames();
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Outputs.Files.Keys.Select(path => Path.GetFileName(path)!).Order())
            .IsEquivalentTo(["api.err.log", "api.out.log", "site.err.log", "site.out.log"]);
        await Assert.That(await saved.WaitAsync(cancellation)).IsNull();
        await Assert.That(world.Saved.Processes.Single(saved => saved.Name == "site").LogsUnder).IsNull();
    }

    [Test]
    public async Task A_stop_while_log_files_are_renamed_gives_the_waiting_start_up(CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        world.Step();
        var instance = Instances(world, "web")[0];
        world.Outputs.RenamesHang = true;
        Renamed(world, "web", "site");
        world.Step();
        world.Exit(instance, 1);
        world.Advance(1);
        var stop = world.Supervisor.Stop(instance, CauseRequest.Stop);
        world.Outputs.FinishRenames();
        world.Step();
        await Assert.That((instance.State.Phase, stop.Reached.IsCompleted)).IsEqualTo((LifecyclePhase.Stopped, true));
        await Assert.That(world.Machine.Living).IsEmpty();
    }

    [Test]
    public async Task A_name_is_not_changed_once_more_while_log_files_are_renamed(CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        world.Step();
        var instance = Instances(world, "web")[0];
        world.Outputs.RenamesHang = true;
        Renamed(world, "web", "site");
        world.Step();
        var refused = await Assert.That(() => Renamed(world, "site", "shop")).Throws<OrderRefusedException>();
        await Assert.That(refused!.Message)
            .IsEqualTo("the log files of 'site' are being renamed; try again in a moment");
        world.Outputs.FinishRenames();
        world.Step();
        await Assert.That(Path.GetFileName(instance.View.OutLog)).IsEqualTo("site.out.log");
        Renamed(world, "site", "shop");
        world.Step();
        await Assert.That(Path.GetFileName(instance.View.OutLog)).IsEqualTo("shop.out.log");
        await Assert.That(world.Outputs.Files.Keys.Select(path => Path.GetFileName(path)!).Order())
            .IsEquivalentTo(["shop.err.log", "shop.out.log"]);
    }

    [Test]
    public async Task Logs_that_are_to_go_with_their_process_go_although_they_are_being_renamed(
        CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        world.Step();
        var instance = Instances(world, "web")[0];
        world.Outputs.RenamesHang = true;
        Renamed(world, "web", "site");
        world.Step();
        world.Supervisor.Changes.Delete([instance.Key.Id], withLogs: true);
        world.Step();
        world.Exit(instance, 0);
        world.Step();
        world.Outputs.FinishRenames();
        world.Step();
        world.Step();
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(0);
        await Assert.That(world.Outputs.Files).IsEmpty();
    }

    [Test]
    public async Task Who_is_wanted_up_again_while_being_deleted_stays(CancellationToken cancellation)
    {
        using var world = new World();
        Start(world, Web);
        world.Step();
        var instance = Instances(world, "web")[0];
        var gone = world.Supervisor.Deletions.WhenGone(instance.Key.Id);
        Deleted(world, true, "web");
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Stopping);
        world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        world.Exit(instance, 0);
        await Assert.That(await gone).IsEqualTo("'web' was not deleted, because it was started again in the meantime");
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        await Assert.That(world.Saved.Processes.Single().Deletion).IsNull();
        await Assert.That(world.Outputs.Files.Count).IsEqualTo(2);
        world.RestartDaemon();
        await Assert.That(world.Again(instance).State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    /// <summary>Two daemons die in the same operation, the second while it brings it to its end.</summary>
    [Test]
    public async Task A_second_death_while_the_first_is_made_good_changes_nothing(CancellationToken cancellation)
    {
        Action<World> prepare = world =>
        {
            Start(world, Web with { Instances = 3 });
            Start(world, Web with { Name = "old", Command = "old" });
        };
        Action<World> operation = world =>
            Applied(world, true, Web with { Command = "web2", Instances = 1 },
            Web with { Name = "new", Command = "new" });
        var (before, after) = (Undisturbed(prepare, static _ => { }), Undisturbed(prepare, operation));
        for (var first = 1; ; first++)
        {
            for (var second = 1; ; second++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var world = Machine();
                prepare(world);
                world.Step();
                var mark = Mark(world);
                if (!DiesAt(world, first, () => { operation(world); world.Step(); })) return;
                world.KillDaemon();
                var hasDied = DiesAt(world, second, world.StartDaemon);
                if (hasDied)
                {
                    world.KillDaemon();
                    world.StartDaemon();
                }
                await CheckEnd(world, mark, before, after, $"first death at {first}, second at {second}");
                if (!hasDied) break;
            }
        }
    }

    static ProcessConfig Web { get; } = new() { Name = "web", Command = "web", ProjectDir = "/" };

    static ExitStatus? Obey(FakeProcess process, int signal) => new(null, signal);

    static World Machine() => new() { Machine = { Answer = Obey } };

    static void Start(World world, ProcessConfig config)
    {
        foreach (var instance in world.DefineAll(config)) world.Supervisor.Start(instance, CauseRequest.Start);
        world.Save();
    }

    static SupervisedProcess[] Instances(World world, string name) =>
        world.Supervisor.Table.Instances(world.Supervisor.Table.ByName(name)!.Id)!;

    static void Scaled(World world, string name, int instances)
    {
        var definition = world.Supervisor.Table.ByName(name)!;
        world.Supervisor.Changes.Scale(definition with { Config = definition.Config with { Instances = instances } },
            CauseRequest.Scale);
        _ = world.Supervisor.Save();
    }

    static void Renamed(World world, string name, string to)
    {
        RenameExecution.Rename(world.Supervisor, world.Supervisor.Table.ByName(name)!, to);
        _ = world.Supervisor.Save();
    }

    static void Deleted(World world, bool withLogs, params string[] names)
    {
        world.Supervisor.Changes.Delete([.. names.Select(name => world.Supervisor.Table.ByName(name)!.Id)], withLogs);
        _ = world.Supervisor.Save();
    }

    static void Applied(World world, bool prune, params ProcessConfig[] configs)
    {
        var wanted = new PlanExecution.Wanted(configs, prune, false, Shell, null);
        PlanExecution.Begin(world.Supervisor, PlanExecution.PlanOf(world.Supervisor.Table, wanted), wanted, []);
        _ = world.Supervisor.Save();
    }

    /// <summary>Dies once at every instant of the operation, each time in a new world.</summary>
    static async Task Sweep(Action<World> prepare, Action<World> operation, CancellationToken cancellation,
        bool isSettled = true, bool isOne = true)
    {
        var (before, after) = (Undisturbed(prepare, static _ => { }), Undisturbed(prepare, operation));
        var deaths = 0;
        for (var instant = 1; ; instant++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var world = Machine();
            prepare(world);
            if (isSettled) world.Step();
            var mark = Mark(world);
            if (!DiesAt(world, instant, () => { operation(world); world.Step(); })) break;
            deaths++;
            world.KillDaemon();
            world.StartDaemon();
            await CheckEnd(world, mark, before, after, $"death at instant {instant}", isOne);
        }
        await Assert.That(deaths).IsGreaterThanOrEqualTo(2);
    }

    static async Task CheckEnd(World world, HashSet<int> mark, string before, string after, string when,
        bool isOne = true)
    {
        Rest(world);
        var end = Essence(world, mark);
        if (isOne)
            await Assert.That(end == before
                || end == after).IsTrue().Because($"{when}:\n{end}\nis neither\n{before}\nnor\n{after}");
        var owners =
            world.Outputs.Files.Where(file => file.Key.Contains("kept", StringComparison.Ordinal)).Select(file =>
            file.Key);
        await Assert.That(owners).IsEmpty().Because(when);
        // The same once more, with nothing under way: all of it is on disk.
        world.KillDaemon();
        world.StartDaemon();
        Rest(world);
        await Assert.That(Essence(world, mark)).IsEqualTo(end).Because(when);
        foreach (var definition in world.Saved.Processes)
            await Assert.That(definition is
            {
                LogsUnder: null, Deletion: null,
                RestartBefore: 0
            }).IsTrue().Because($"{when}: {definition}");
    }

    static string Undisturbed(Action<World> prepare, Action<World> operation)
    {
        using var world = Machine();
        prepare(world);
        world.Step();
        var mark = Mark(world);
        operation(world);
        world.Step();
        Rest(world);
        return Essence(world, mark);
    }

    static void Rest(World world)
    {
        for (var second = 0; second < 20; second++) world.Advance(1);
    }

    /// <summary>True: the daemon has died.</summary>
    static bool DiesAt(World world, int instant, Action work)
    {
        var count = 0;
        world.Instant = () =>
        {
            if (++count == instant) throw new DaemonDied();
        };
        try
        {
            work();
            return false;
        }
        catch (DaemonDied)
        {
            return true;
        }
        finally
        {
            world.Instant = null;
        }
    }

    /// <summary>Who lives before it begins.</summary>
    static HashSet<int> Mark(World world) => [.. world.Machine.Living.Select(process => process.Pid)];

    static string Essence(World world, HashSet<int> mark)
    {
        var lines = new List<string>();
        foreach (var instance in world.Supervisor.Table.Processes)
        {
            var children =
                world.Machine.Living.Where(process => process.Key == instance.Key).Select(process =>
                $"{string.Join(' ', process.Request.Arguments)}{(mark.Contains(process.Pid) ? " (old)" : "")}");
            lines.Add($"{instance.Key} {instance.Definition.Name}/{instance.Definition.Instances} "
                + $"{instance.State.Phase} {instance.State.Desired} child: {string.Join(", ", children)} log: "
                + $"{Path.GetFileName(instance.View.OutLog)}");
        }
        foreach (var process in world.Machine.Living.Where(process => world.Supervisor.Table.Find(process.Key) is null))
            lines.Add($"stray {process}");
        foreach (var definition in world.Saved.Processes)
            lines.Add($"saved {definition.Id} {definition.Name}/{definition.Instances} {definition.Config.Command} "
                + $"{definition.Desired} {string.Join(',', definition.DownInstances ?? [])} needs "
                + $"{string.Join(',', (definition.Config.DependsOn ?? []).Select(needed => needed.Name))}");
        foreach (var (file, runs) in world.Outputs.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
            lines.Add($"file {Path.GetFileName(file)} of {string.Join(' ', runs.Distinct())}");
        foreach (var key in new RunRecordStore(world.Home).LoadAll().Keys)
            if (world.Supervisor.Table.Find(key) is null) lines.Add($"stray record {key}");
        return string.Join('\n', lines);
    }
}
