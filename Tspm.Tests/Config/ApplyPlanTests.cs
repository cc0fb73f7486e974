using CsCheck;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Tests.Config;

/// <summary>What apply does, as plan says it: pure.</summary>
[Timeout(60_000)]
internal sealed class ApplyPlanTests
{
    static readonly ProcessConfig Web = new()
    {
        Name = "web",
        ProjectDir = "/srv",
        Command = "node",
        Args = ["a.js"],
        Env = new Dictionary<string, string> { ["PORT"] = "1", ["X"] = "y" },
        Restart = new RestartConfig
        {
            DelayMs = 5,
        },
        Health = new Probe { Tcp = "127.0.0.1:1" },
    };

    public static string Show(IEnumerable<PlanStep> steps) =>
        string.Join(" | ",
            steps.Select(step => $"{step.Action} {step.Name}"
                + (step.Changes is { } changes ? $" {string.Join(',', changes)}" : "") + (step.Restarts ? " !" : "")));

    static string Plan(ProcessConfig present, ProcessConfig wanted, bool newEnvironment = false) =>
        Show(ApplyPlan.Compute([present], [wanted], prune: false, _ => newEnvironment));

    [Test]
    public async Task Only_what_a_child_gets_at_its_birth_restarts_it(CancellationToken cancellation)
    {
        await Assert.That(Plan(Web, Web)).IsEqualTo("keep web");
        await Assert.That(Plan(Web, Web with { Args = ["b.js"] })).IsEqualTo("change web args !");
        await Assert.That(Plan(Web, Web with { Env = new Dictionary<string, string> { ["PORT"] = "2", ["Z"] = "" } }))
            .IsEqualTo("change web env.PORT,env.X,env.Z !");
        await Assert.That(Plan(Web, Web with { Limits = new ResourceLimits { Nofile = 5 } }))
            .IsEqualTo("change web limits.nofile !");
        await Assert.That(Plan(Web, Web with { Listen = [":80"] })).IsEqualTo("change web listen !");
        await Assert.That(Plan(Web, Web with { Restart = new RestartConfig { DelayMs = 6, Policy = "never" } }))
            .IsEqualTo("change web restart.delayMs,restart.policy");
        await Assert.That(Plan(Web, Web with { Log = new LogConfig { Keep = 3, MaxSizeBytes = 5 } }))
            .IsEqualTo("change web log.keep,log.maxSizeBytes");
        await Assert.That(Plan(Web,
            Web with { MemoryLimitBytes = 5, Watch = true, Instances = 3, Namespace = "n", LogBufferSize = 3 }))
                .IsEqualTo("change web instances,logBufferSize,memoryLimitBytes,namespace,watch");
        await Assert.That(Plan(Web, Web with { Health = new Probe { Tcp = "127.0.0.1:2" } }))
            .IsEqualTo("change web health.tcp");
        await Assert.That(Plan(Web, Web with { Health = new Probe { Notify = true } }))
            .IsEqualTo("change web health.notify,health.tcp !");
        await Assert.That(Plan(Web, Web, newEnvironment: true)).IsEqualTo("change web environment !");
    }

    [Test]
    public async Task What_says_the_default_and_what_says_nothing_are_the_same(CancellationToken cancellation)
    {
        await Assert.That(Plan(Web, Web with
        {
            Id = 5,
            LegacyId = "w",
            Namespace = "default",
            Instances = 1,
            Stdin = "null",
            Interpreter = "none",
            Watch = false,
            MergeLogs = false,
            Enabled = true,
            Autorestart = true,
            WatchPaths = [],
            DependsOn = [],
        })).IsEqualTo("keep web");
        await Assert.That(Plan(new ProcessConfig { Name = "a", Command = "a b" },
            new ProcessConfig { Name = "a", Command = "a b", Args = [] })).IsEqualTo("change a args !");
    }

    static ProcessDefinition Defined(string name, string? project) => new()
    {
        Id = 1,
        Config = new ProcessConfig { Name = name, Command = "x", ProjectDir = $"/srv/{name}" },
        EnvironmentKey = "",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Project = project,
    };

    static readonly ProcessDefinition[] Held = [Defined("web", "/srv/one"), Defined("worker", "/srv/one"),
        Defined("api", "shop"), Defined("free", null), Defined("own", "/srv/two")];

    static ProcessConfig[] Names(string names) =>
        [.. names.Split(' ').Select(static name =>
            new ProcessConfig { Name = name, Command = "x", ProjectDir = "/srv/two/sub" })];

    [Test]
    [Arguments("free own new", "/srv/two", null)]
    [Arguments("web", "/srv/one", null)]
    [Arguments("web api", null, null)] // a client that does not know of projects
    [Arguments("own web", "/srv/two",
        "'web' belongs to the project /srv/one, but this file belongs to /srv/two; use other names, or take them "
            + "over with --force")]
    [Arguments("web worker", "/srv/two",
        "'web', 'worker' belong to the project /srv/one, but this file belongs to /srv/two; use other names, or "
            + "take them over with --force")]
    [Arguments("api", "bar",
        "'api' belongs to the project shop (in /srv/api), but this file belongs to bar (in /srv/two/sub); use other "
            + "names, or take them over with --force")]
    public async Task A_name_that_another_project_holds_is_refused(string names, string? project, string? sentence,
        CancellationToken cancellation) =>
        await Assert.That(ApplyPlan.ProjectProblem(Held, Names(names), project, ApplyPlan.Forced)).IsEqualTo(sentence);

    [Test]
    [Arguments("own new", "/srv/two", "")]
    [Arguments("own web", null, "")]
    [Arguments("free", "/srv/two", "'free' had no project and belongs to /srv/two now")]
    [Arguments("web free worker", "/srv/two",
        "'web', 'worker' were taken over from the project /srv/one|'free' had no project and belongs to /srv/two now")]
    public async Task What_is_taken_over_is_said(string names, string? project, string notes,
        CancellationToken cancellation) =>
        await Assert.That(string.Join('|', ApplyPlan.TakenOver(Held, Names(names), project))).IsEqualTo(notes);

    [Test]
    public async Task Pruning_spares_what_is_foreign(CancellationToken cancellation)
    {
        var steps = ApplyPlan.Compute(Held.Select(static known => known.Config), [], prune: true, static _ => false,
            isForeign: static name => name is not "own");
        await Assert.That(Show(steps)).IsEqualTo("delete own");
    }

    [Test]
    public async Task A_job_is_not_restarted_its_next_run_is_the_new_one(CancellationToken cancellation)
    {
        var job = Web with { Schedule = new ScheduleConfig { Cron = "0 3 * * *", Action = "start" } };
        await Assert.That(Plan(job, job with { Args = ["b.js"] })).IsEqualTo("change web args");
    }

    /// <summary>Configs of which many are equal and many differ, in every kind of field.</summary>
    public static readonly Gen<ProcessConfig> AnyConfig = Gen
        .Select(Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 2],
            (name, command, env, restart, instances, log) => new ProcessConfig
            {
                Name = "p" + name,
                ProjectDir = "/",
                Command = "c" + command,
                Env = env == 0 ? null : new Dictionary<string, string> { ["A"] = "1", [env == 1 ? "B" : "C"] = "2" },
                Restart = restart == 0
            ? null
            : new RestartConfig { DelayMs = restart },
                Instances = instances == 0
                ? null
                : instances,
                Log = log == 0 ? null : new LogConfig { Keep = log },
            });

    /// <summary>As a file has them: every name once.</summary>
    public static readonly Gen<List<ProcessConfig>> AnyFile =
        AnyConfig.List[0, 6].Select(configs => configs.DistinctBy(config => config.Name).ToList());

    [Test]
    public void Done_as_it_says_a_plan_makes_one_file_out_of_the_other(CancellationToken cancellation) =>
        Gen.Select(AnyFile, AnyFile, Gen.Bool).Sample((present, wanted, prune) =>
    {
        var steps = ApplyPlan.Compute(present, wanted, prune, static _ => false);
        var result = present.ToDictionary(config => config.Name!);
        for (var i = 0; i < steps.Count; i++)
        {
            var isThere = result.ContainsKey(steps[i].Name);
            if (steps[i].Action == PlanStep.Create ? isThere : !isThere) return false;
            if (steps[i].Action == PlanStep.Delete) result.Remove(steps[i].Name);
            else if (steps[i].Action != PlanStep.Keep) result[steps[i].Name] = wanted[i];
        }
        var again = ApplyPlan.Compute(result.Values, wanted, prune, static _ => false);
        return again.TrueForAll(step => step.Action == PlanStep.Keep) && (!prune || result.Count == wanted.Count)
            && steps.Where(step => step.Action == PlanStep.Change)
                .All(step =>
                    step.Restarts == step.Changes!.Any(field =>
                        field == "command" || field.StartsWith("env", StringComparison.Ordinal)));
    });
}
