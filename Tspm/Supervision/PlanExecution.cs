using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Carries out the plan of an <c>apply</c>. All definitions change in one turn of the supervisor and are saved
/// together, so that a daemon that dies leaves either all or none of the changes to the next one
/// (<see cref="Commits"/>). Deletions go first, because new processes may need their ports.
/// </summary>
internal static class PlanExecution
{
    /// <summary>The input of an <c>apply</c>.</summary>
    public sealed class Wanted(
        IReadOnlyList<ProcessConfig> configs, bool prune, bool updateEnvironment,
        IReadOnlyDictionary<string, string> environment, long? openFilesLimit)
    {
        public IReadOnlyList<ProcessConfig> Configs => configs;

        public bool Prune => prune;

        public bool UpdateEnvironment => updateEnvironment;

        public IReadOnlyDictionary<string, string> Environment => environment;

        public long? OpenFilesLimit => openFilesLimit;

        /// <summary>Who applies the file; null if unknown.</summary>
        public Requester? By { get; init; }

        /// <summary>The cause of every start and stop.</summary>
        public Cause Cause => Cause.Requested(CauseRequest.Apply) with { By = By };

        /// <summary>Null if unknown.</summary>
        public LaunchContext? Launch { get; init; }

        /// <summary>The project of the file, see <see cref="ProjectName"/>; null if unknown.</summary>
        public string? Project { get; init; }

        /// <summary>
        /// What to suggest if a name belongs to another project, see <see cref="ApplyPlan.ProjectProblem"/>; null to
        /// adopt the process.
        /// </summary>
        public string? Remedy { get; init; }

        /// <summary>Also start processes of the file that are down.</summary>
        public bool StartsAll { get; init; }

        /// <summary>The needed scripts that were found missing just now.</summary>
        public IReadOnlySet<NeededScript> MissingScripts { get; init; } = NeededScript.None;

        /// <summary>Give started processes <see cref="Environment"/>; used by a daemon that has just started.</summary>
        public bool RenewsEnvironment { get; init; }
    }

    /// <summary>The plan, with a restart for every child that an earlier change should have replaced.</summary>
    public static List<PlanStep> PlanOf(Supervisor supervisor, Wanted wanted) =>
    [
        .. PlanOf(supervisor.Table, wanted).Select(step => step.Action == PlanStep.Keep
            && supervisor.Table.ByName(step.Name) is { } known && supervisor.Changes.IsOutdated(known)
                ? step with { Action = PlanStep.Change, Changes = [ApplyPlan.EarlierValues], Restarts = true } : step),
    ];

    public static List<PlanStep> PlanOf(ProcessTable table, Wanted wanted)
    {
        var key = wanted.UpdateEnvironment ? EnvironmentKey.For(wanted.Environment) : null;
        return ApplyPlan
            .Compute(Configs(table), wanted.Configs, wanted.Prune,
                name =>
                    key is not null && table.ByName(name) is { } known
                        && (known.EnvironmentKey != key || known.Launch != wanted.Launch),
            name => table.Instances(table.ByName(name)!.Id)!
                .All(static process => process.State.Desired == DesiredState.Down),
            name => table.ByName(name)!.Project != wanted.Project);
    }

    /// <summary>
    /// A sentence about names that are taken, and about dependencies that are missing or circular; null if there is no
    /// problem.
    /// </summary>
    public static string? Problem(ProcessTable table, Wanted wanted)
    {
        if (wanted.Remedy is { } remedy
            && ApplyPlan.ProjectProblem(table.Definitions, wanted.Configs, wanted.Project, remedy) is { } held)
            return held;
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var known in table.Definitions)
            if (!wanted.Prune || known.Project != wanted.Project) all[known.Name] = known.Config;
        foreach (var config in wanted.Configs)
        {
            if (table.NameProblem(config.NameOrEmpty) is { } taken) return taken;
            if (table.ByName(config.NameOrEmpty) is { } present && LogMoves.WhyNotChange(table, present) is { } busy)
                return busy;
            all[config.NameOrEmpty] = config;
        }
        // A remaining process may depend on a deleted one.
        return DependencyGraph.Problem(
            all, wanted.Prune ? all.Keys : wanted.Configs.Select(static config => config.NameOrEmpty));
    }

    /// <summary>The changes in progress.</summary>
    /// <param name="Going">The stops of deleted processes.</param>
    /// <param name="Gone">See <see cref="Deletions.WhenGone"/>, one for each deleted process.</param>
    /// <param name="Coming">The starts, the restarts, and the stops of surplus instances.</param>
    public sealed record Work(IReadOnlyList<PendingChange> Going, IReadOnlyList<Task<string?>> Gone,
        List<PendingChange> Coming);

    /// <summary>Begins the work of a plan and adds remarks to <paramref name="notes"/>.</summary>
    public static Work Begin(Supervisor supervisor, IReadOnlyList<PlanStep> steps, Wanted wanted, List<string> notes)
    {
        var gone = new List<int>();
        foreach (var step in steps)
            if (step.Action == PlanStep.Delete && supervisor.Table.ByName(step.Name) is { } known) gone.Add(known.Id);
        var going = supervisor.Changes.Delete(gone, withLogs: false, wanted.By);
        var work = new Work(going, [.. gone.Select(supervisor.Deletions.WhenGone)], []);
        var (start, restart) = (new List<SupervisedProcess>(), new HashSet<SupervisedProcess>());
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var former = supervisor.Table.ByName(step.Name);
            if (step.Action == PlanStep.Create) start.AddRange(Create(supervisor, wanted.Configs[i], wanted));
            else if (step.Action == PlanStep.Change)
                work.Coming.AddRange(Change(supervisor, former!, wanted.Configs[i], step, wanted, restart, gone));
            else if (step.Action == PlanStep.Keep && (former!.Deletion is not null || IsAdopted(former, wanted)))
                supervisor.Put(former with { Deletion = null, Project = wanted.Project ?? former.Project });
            if (wanted.StartsAll && step.Action is PlanStep.Keep or PlanStep.Change
                && wanted.Configs[i].Enabled != false) start
                    .AddRange(Down(supervisor, supervisor.Table.ByName(step.Name)!,
                        wanted).Where(process => !restart.Contains(process)));
        }
        foreach (var process in supervisor.Dependencies.ToStart([.. start, .. restart], notes))
            work.Coming.Add(restart.Contains(process)
                ? supervisor.Changes.RestartWhenSaved(process, wanted.Cause, wanted.MissingScripts, gone)
                : supervisor.Changes.StartWhenSaved(process, wanted.Cause, gone));
        foreach (var definition in supervisor.Table.Definitions)
            if (definition.RestartBefore > 0) supervisor.Changes.EndRestarts(definition.Id, gone);
        return work;
    }

    static bool IsAdopted(ProcessDefinition former, Wanted wanted) =>
        wanted.Project is { } project && former.Project != project;

    /// <summary>Defines a process and returns the instances to start.</summary>
    static SupervisedProcess[] Create(Supervisor supervisor, ProcessConfig config, Wanted wanted)
    {
        var processes = supervisor.Define(config, wanted.Environment, wanted.OpenFilesLimit, launch: wanted.Launch,
            project: wanted.Project);
        return config.IsJob || config.Enabled == false ? [] : processes;
    }

    static IReadOnlyList<PendingChange> Change(
        Supervisor supervisor, ProcessDefinition former, ProcessConfig config, PlanStep step, Wanted wanted,
            HashSet<SupervisedProcess> restart, List<int> gone)
    {
        // Applying a process whose deletion is in progress keeps it.
        var definition = former with
        {
            Config = config with { Id = null, LegacyId = former.Config.LegacyId },
            Deletion = null,
            Project = wanted.Project ?? former.Project,
        };
        if (wanted.UpdateEnvironment || (wanted.RenewsEnvironment && step.Restarts))
            definition = From(wanted, supervisor, definition);
        if (step.Restarts) definition = definition with { RestartBefore = supervisor.Changes.UpcomingRun };
        var before = Math.Min(former.Instances, definition.Instances);
        var pending = supervisor.Changes.Scale(definition, wanted.Cause, gone);
        foreach (var process in supervisor.Table.Instances(former.Id)![..before])
        {
            // A process that the user has stopped stays stopped. For one that gave up or waits for its next attempt,
            // the change may be the repair.
            if (step.Restarts && process.State.Desired == DesiredState.Up) restart.Add(process);
            else if (!step.Restarts) supervisor.Refresh(process);
        }
        return pending;
    }

    /// <summary>
    /// The instances to bring up: those that are down or gave up. A job waits for its scheduled time instead.
    /// </summary>
    static List<SupervisedProcess> Down(Supervisor supervisor, ProcessDefinition definition, Wanted wanted)
    {
        var processes = supervisor.Table.Instances(definition.Id)![..definition.Instances];
        if (definition.Config.IsJob) return [];
        // A person's request starts a waiting instance at once; a starting daemon leaves it to its delay.
        List<SupervisedProcess> down = [.. processes.Where(process =>
            process.State is { Phase: LifecyclePhase.Errored } or { Desired: DesiredState.Down }
            || (process.State.Phase == LifecyclePhase.Waiting && !wanted.RenewsEnvironment))];
        if (wanted.RenewsEnvironment && down.Count == processes.Length)
            supervisor.Put(From(wanted, supervisor, definition));
        return down;
    }

    /// <summary>The definition as if whoever applies now had defined it.</summary>
    static ProcessDefinition From(Wanted wanted, Supervisor supervisor, ProcessDefinition definition) =>
        definition with
        {
            EnvironmentKey = supervisor.Table.Environments.Keep(wanted.Environment),
            Launch = wanted.Launch
                ?? definition.Launch,
        };

    static IEnumerable<ProcessConfig> Configs(ProcessTable table) =>
        table.Definitions.Select(static definition => definition.Config);
}
