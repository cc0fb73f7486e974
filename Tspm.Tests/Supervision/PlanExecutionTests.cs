using CsCheck;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Lifecycle;
using Tspm.Tests.Config;

namespace Tspm.Tests.Supervision;

/// <summary>
/// What is done is what the plan says, and nothing else: over random pairs of files, on a machine played by hand.
/// </summary>
[Timeout(120_000)]
internal sealed class PlanExecutionTests
{
    static readonly Dictionary<string, string> Shell = new() { ["PATH"] = "/bin" };

    static PlanExecution.Wanted Wanted(IReadOnlyList<ProcessConfig> configs, bool prune = false,
        bool updateEnvironment = false, Dictionary<string, string>? shell = null) =>
        new(configs, prune, updateEnvironment, shell ?? Shell, null);

    /// <summary>As the handler does it: what goes is stopped first.</summary>
    static List<PlanStep> Apply(World world, PlanExecution.Wanted wanted)
    {
        var steps = PlanExecution.PlanOf(world.Supervisor.Table, wanted);
        foreach (var step in steps.Where(step => step.Action == PlanStep.Delete))
            world.Supervisor
                .Stop(world.Supervisor.Table.Instances(world.Supervisor.Table.ByName(step.Name)!.Id)!,
                    CauseRequest.Stop);
        world.Step();
        PlanExecution.Begin(world.Supervisor, steps, wanted, []);
        world.Step();
        return steps;
    }

    static World Machine() => new() { Machine = { Answer = static (_, signal) => new ExitStatus(null, signal) } };

    static Dictionary<string, int> Pids(World world) =>
        world.Supervisor.Table.Processes.Where(instance => instance.Child is not null)
            .ToDictionary(
                instance => $"{instance.Definition.Name}:{instance.Key.Instance}", instance => instance.Child!.Pid);

    [Test]
    public void What_is_done_is_what_the_plan_says(CancellationToken cancellation) =>
        Gen.Select(ApplyPlanTests.AnyFile, ApplyPlanTests.AnyFile, Gen.Bool).Sample((first, second, prune) =>
    {
        cancellation.ThrowIfCancellationRequested();
        using var world = Machine();
        Apply(world, Wanted(first));
        var before = Pids(world);
        if (before.Count != first.Sum(config => config.Instances ?? 1))
            throw new InvalidOperationException("not all were started");
        var steps = Apply(world, Wanted(second, prune));
        var after = Pids(world);
        foreach (var step in steps)
        {
            var config = second.Find(config => config.Name == step.Name);
            var former = first.Find(config => config.Name == step.Name);
            for (var instance = 0; instance < Math.Max(config?.Instances ?? 1, former?.Instances ?? 1); instance++)
            {
                var key = $"{step.Name}:{instance}";
                var (had, has) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
                var expected = step.Action == PlanStep.Delete || instance >= (config!.Instances ?? 1) ? has == 0
                    : step.Action == PlanStep.Create || instance >= (former!.Instances ?? 1) ? had == 0 && has != 0
                    : step.Restarts ? has != 0 && has != had : has == had;
                if (!expected)
                    throw new InvalidOperationException($"{key}: {had} → {has}, but the plan was "
                        + $"{ApplyPlanTests.Show([step])}");
            }
        }
        var untouched = before
            .Where(entry => !steps.Exists(step => entry.Key.StartsWith(step.Name + ":", StringComparison.Ordinal)));
        if (untouched.Any(entry => after.GetValueOrDefault(entry.Key) != entry.Value))
            throw new InvalidOperationException("something was touched that the plan does not name");
        return PlanExecution.PlanOf(world.Supervisor.Table, Wanted(second, prune))
            .TrueForAll(step => step.Action == PlanStep.Keep);
    }, iter: 300, threads: 1);

    [Test]
    public async Task What_the_user_has_stopped_stays_so_and_what_was_given_up_is_tried_with_the_change(
        CancellationToken cancellation)
    {
        using var world = Machine();
        ProcessConfig[] configs = [new() { Name = "a", ProjectDir = "/", Command = "a" },
            new() { Name = "b", ProjectDir = "/", Command = "b", Restart = new RestartConfig { MaxConsecutive = 1 } }];
        Apply(world, Wanted(configs));
        var (a, b) = (world.Supervisor.Table.Processes[0], world.Supervisor.Table.Processes[1]);
        world.Supervisor.Stop(a, CauseRequest.Stop);
        world.Step();
        world.Exit(b, 1);
        await Assert.That(b.State.Phase).IsEqualTo(LifecyclePhase.Errored);
        var steps = Apply(world, Wanted([configs[0] with { Command = "a2" }, configs[1] with { Command = "b2" }]));
        await Assert.That(ApplyPlanTests.Show(steps)).IsEqualTo("change a command | change b command !");
        await Assert.That(a.State.Phase).IsEqualTo(LifecyclePhase.Stopped);
        await Assert.That(a.Definition.Config.Command).IsEqualTo("a2");
        await Assert.That(b.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }

    [Test]
    public async Task The_shells_environment_is_kept_unless_it_is_asked_for(CancellationToken cancellation)
    {
        using var world = Machine();
        ProcessConfig[] configs = [new() { Name = "a", ProjectDir = "/", Command = "a" }];
        Apply(world, Wanted(configs));
        var instance = world.Supervisor.Table.Processes[0];
        var pid = instance.Child!.Pid;
        var other = new Dictionary<string, string> { ["PATH"] = "/opt/bin" };
        await Assert.That(ApplyPlanTests.Show(Apply(world, Wanted(configs, shell: other)))).IsEqualTo("keep a");
        await Assert.That(instance.Child!.Pid).IsEqualTo(pid);
        await Assert.That(ApplyPlanTests.Show(Apply(world, Wanted(configs, updateEnvironment: true))))
            .IsEqualTo("keep a");
        await Assert.That(ApplyPlanTests.Show(Apply(world, Wanted(configs, updateEnvironment: true, shell: other))))
            .IsEqualTo("change a environment !");
        await Assert.That(world.Machine.Only(instance.Key).Request.Environment["PATH"]).IsEqualTo("/opt/bin");
    }

    /// <summary>A file does not know it, and selectors need it.</summary>
    [Test]
    public async Task What_an_older_tspm_called_a_process_outlives_a_change(CancellationToken cancellation)
    {
        using var world = Machine();
        var config = new ProcessConfig { Name = "a", ProjectDir = "/", Command = "a", LegacyId = "old:a" };
        Apply(world, Wanted([config]));
        await Assert.That(ApplyPlanTests.Show(Apply(world, Wanted([config with { LegacyId = null, Args = ["x"] }]))))
            .IsEqualTo("change a args !");
        await Assert.That(world.Supervisor.Selection.Select(["old:a"]).Count).IsEqualTo(1);
        await Assert.That(ApplyPlanTests.Show(PlanExecution.PlanOf(world.Supervisor.Table,
            Wanted([config with { LegacyId = null, Args = ["x"] }])))).IsEqualTo("keep a");
    }

    /// <summary>As <c>daemon --apply</c> does it.</summary>
    [Test]
    public async Task What_is_down_or_given_up_is_started_on_demand_but_for_jobs_and_gets_that_environment(
        CancellationToken cancellation)
    {
        using var world = Machine();
        ProcessConfig P(string name) => new()
        {
            Name = name,
            ProjectDir = "/",
            Command = name,
            Restart = new RestartConfig { MaxConsecutive = 1 },
        };
        ProcessConfig[] configs =
            [P("up"), P("down"), P("given-up"), P("half") with { Instances = 2 }, P("changed"),
                P("off") with { Enabled = false },
                    P("job") with { Restart = null,
                        Schedule = new ScheduleConfig { Cron = "0 3 * * *", Action = "start" } }];
        Apply(world, Wanted(configs));
        var instances = world.Supervisor.Table.Processes.ToDictionary(
            instance => $"{instance.Definition.Name}:{instance.Key.Instance}");
        world.Supervisor.Stop([instances["down:0"], instances["half:1"]], CauseRequest.Stop);
        world.Step();
        world.Exit(instances["given-up:0"], 1);
        var before = Pids(world);
        configs[4] = configs[4] with { Args = ["x"] };
        configs[0] = configs[0] with { Log = new LogConfig { Keep = 2 } };
        var other = new Dictionary<string, string> { ["PATH"] = "/opt/bin" };
        PlanExecution.Wanted wanted = new(configs, false, false, other, null)
        {
            StartsAll = true,
            RenewsEnvironment = true
        };
        PlanExecution.Begin(world.Supervisor, PlanExecution.PlanOf(world.Supervisor.Table, wanted), wanted, []);
        world.Step();
        var after = Pids(world);
        await Assert.That(after.Keys).IsEquivalentTo(["up:0", "down:0", "given-up:0", "half:0", "half:1", "changed:0"]);
        await Assert.That(after.Where(entry => before.GetValueOrDefault(entry.Key) == entry.Value).Select(entry =>
            entry.Key)).IsEquivalentTo(["up:0", "half:0"]);
        // One process has one environment: that of half a one is kept.
        await Assert.That(after.Keys.Where(key =>
            world.Machine.Only(instances[key].Key).Request.Environment["PATH"] == "/opt/bin"))
                .IsEquivalentTo(["down:0", "given-up:0", "changed:0"]);
    }

    [Test]
    public async Task Limits_health_and_the_rules_of_logs_take_effect_while_it_runs(CancellationToken cancellation)
    {
        using var world = Machine();
        var config = new ProcessConfig { Name = "a", ProjectDir = "/", Command = "a" };
        Apply(world, Wanted([config]));
        var instance = world.Supervisor.Table.Processes[0];
        var pid = instance.Child!.Pid;
        Apply(world,
            Wanted([config with { Log = new LogConfig { Keep = 2 },
                Health = new Probe { Tcp = "127.0.0.1:9", IntervalMs = 1000, Failures = 1 },
                    Schedule = new ScheduleConfig { Cron = "0 3 * * *" } }]));
        await Assert.That(instance.Child!.Pid).IsEqualTo(pid);
        await Assert.That(world.Outputs.Kept[instance.View.OutLog].Keep).IsEqualTo(2);
        await Assert.That(instance.Current!.Health!.Tcp).IsEqualTo("127.0.0.1:9");
        await Assert.That(instance.View.NextRunAt).IsNotNull();
        Apply(world, Wanted([config]));
        await Assert.That(instance.Current!.Health).IsNull();
        await Assert.That(instance.View.NextRunAt).IsNull();
        await Assert.That(instance.Child!.Pid).IsEqualTo(pid);
    }

    static PlanExecution.Wanted Of(string? project, bool prune, params string[] names) => new(
        [.. names.Select(static name => new ProcessConfig { Name = name, ProjectDir = "/", Command = name })], prune,
            false, Shell, null)
    {
        Project = project,
        Remedy = ApplyPlan.Forced,
    };

    static string Projects(World world) =>
        string.Join(' ', world.Supervisor.Table.Definitions.Select(known => $"{known.Name}:{known.Project ?? "-"}"));

    [Test]
    public async Task A_project_is_kept_with_its_processes_and_no_other_one_touches_them(CancellationToken cancellation)
    {
        using var world = Machine();
        world.StartNew(new ProcessConfig { Name = "free", Command = "free" });
        Apply(world, Of("/one", false, "web", "old"));
        Apply(world, Of("/two", false, "api"));
        await Assert.That(Projects(world)).IsEqualTo("free:- web:/one old:/one api:/two");
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table,
            Of("/two", false, "web"))).Contains("/one").And.Contains("/two");
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table, Of("/two", false, "free"))).IsNull();
        var before = Pids(world);
        await Assert.That(ApplyPlanTests.Show(Apply(world,
            Of("/one", true, "web")))).IsEqualTo("keep web | delete old");
        await Assert.That(ApplyPlanTests.Show(Apply(world, Of(null, true)))).IsEqualTo("delete free");
        world.RestartDaemon();
        world.Step();
        await Assert.That(Projects(world)).IsEqualTo("web:/one api:/two");
        await Assert.That(Pids(world)["web:0"]).IsEqualTo(before["web:0"]);
        // What was stopped, renamed, scaled or started anew is still its project's.
        var web = world.Supervisor.Table.ByName("web")!;
        world.Supervisor.Stop(world.Supervisor.Table.Instances(web.Id)!, CauseRequest.Stop);
        world.Step();
        world.Supervisor.Define(web.Config with { Args = ["x"] }, Shell, null, web);
        await Assert.That(Projects(world)).IsEqualTo("web:/one api:/two");
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task What_has_no_project_or_is_forced_is_taken_over_without_a_restart(bool dies,
        CancellationToken cancellation)
    {
        using var world = Machine();
        Apply(world, Of(null, false, "free"));
        Apply(world, Of("/one", false, "web"));
        var before = Pids(world);
        var forced = new PlanExecution.Wanted(Of("/two", false, "free", "web").Configs, false, false, Shell,
            null)
        { Project = "/two" };
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table, forced)).IsNull();
        await Assert.That(ApplyPlanTests.Show(Apply(world, forced))).IsEqualTo("keep free | keep web");
        if (dies) world.RestartDaemon();
        await Assert.That(Projects(world)).IsEqualTo("free:/two web:/two");
        await Assert.That(Pids(world)).IsEquivalentTo(before);
    }

    [Test]
    public async Task What_another_project_needs_is_not_pruned(CancellationToken cancellation)
    {
        using var world = Machine();
        Apply(world, Of("/one", false, "db", "old"));
        world.StartNew(new ProcessConfig
        {
            Name = "web",
            Command = "web",
            DependsOn = [new Dependency { Name = "db" }]
        });
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table,
            Of("/one", true, "other"))).Contains("'web' depends on 'db'");
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table, Of("/one", true, "db"))).IsNull();
    }

    [Test]
    public async Task Nothing_may_depend_on_what_is_not_there_afterwards(CancellationToken cancellation)
    {
        using var world = Machine();
        var (db, web) = (new ProcessConfig { Name = "db", ProjectDir = "/", Command = "db" }, new ProcessConfig
        {
            Name = "web",
            ProjectDir = "/",
            Command = "web",
            DependsOn = [new Dependency { Name = "db" }],
        });
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table, Wanted([web])))
            .Contains("'web' depends on 'db'");
        Apply(world, Wanted([web, db]));
        await Assert.That(world.Machine.Living.Count()).IsEqualTo(2);
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table, Wanted([web]))).IsNull();
        await Assert.That(PlanExecution.Problem(world.Supervisor.Table, Wanted([web], prune: true)))
            .Contains("'web' depends on 'db'");
    }

    /// <summary>The same process that an older manager runs: not a second time, until that is gone.</summary>
    [Test]
    public async Task What_an_older_tspm_still_runs_waits_until_that_is_gone(CancellationToken cancellation)
    {
        using var world = Machine();
        using var old = System.Diagnostics.Process.Start("sleep", "1000");
        await Assert.That(Tspm.Platform.Linux.Tree.ProcFiles.TryReadStat(old.Id, out var stat)).IsTrue();
        var program = new Tspm.Platform.Linux.Tree.RunningProgram(old.Id, 1, stat.StartTicks, ["sleep", "1000"]);
        Tspm.Legacy.LegacyProgram? found = new(program, null);
        world.Supervisor.LegacyRuns.Find = (_, _) => found;
        var instance = world.Define(new ProcessConfig { Name = "a", LegacyId = "a", Command = "sleep 1000" });
        var pending = world.Supervisor.Start(instance, CauseRequest.Start);
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Held);
        await Assert.That(instance.State.Reason).Contains($"pid {old.Id} runs it already").And
            .Contains("tspm migrate --take-over");
        await Assert.That(pending.Reached.IsCompleted).IsTrue();
        old.Kill();
        await old.WaitForExitAsync(cancellation);
        found = null;
        world.Supervisor.LegacyRuns.Released!();
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
        // From its first run here on it is this daemon's: nobody is looked for any more.
        world.Supervisor.LegacyRuns.Find = (_, _) => throw new InvalidOperationException("asked again");
        world.Supervisor.Restart(instance, CauseRequest.Restart);
        world.Step();
        await Assert.That(instance.State.Phase).IsEqualTo(LifecyclePhase.Online);
    }
}
