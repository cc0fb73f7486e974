using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Carries out a plan of <c>apply</c>: all definitions change in one turn of the supervisor and are saved at once, so
/// that a daemon that dies leaves all of it or nothing to the next one (<see cref="Commits"/>). What is deleted goes
/// first: what comes may need its port.
/// </summary>
internal static class Application
{
    /// <summary>What <c>apply</c> was given.</summary>
    public sealed class Wanted(
        IReadOnlyList<ProcessConfig> configs, bool prune, bool updateEnvironment,
        IReadOnlyDictionary<string, string> environment, long? openFilesLimit)
    {
        public IReadOnlyList<ProcessConfig> Configs => configs;

        public bool Prune => prune;

        public bool UpdateEnvironment => updateEnvironment;

        public IReadOnlyDictionary<string, string> Environment => environment;

        public long? OpenFilesLimit => openFilesLimit;

        /// <summary>Who applies it; null: nobody knows.</summary>
        public Requester? By { get; init; }

        /// <summary>The cause of all that is started and stopped.</summary>
        public Cause Cause => Cause.Requested(CauseRequest.Apply) with { By = By };

        /// <summary>Null: not known.</summary>
        public LaunchContext? Launch { get; init; }

        /// <summary>Of the file, see <see cref="ProjectName"/>; null: not known.</summary>
        public string? Project { get; init; }

        /// <summary>What to do when another project holds a name, see <see cref="ApplyPlan.ProjectProblem"/>; null: it
        /// is taken over.</summary>
        public string? Remedy { get; init; }

        /// <summary>What is in the file and down is started as well.</summary>
        public bool StartsAll { get; init; }

        /// <summary>What is started gets <see cref="Environment"/>: for a daemon that has just begun.</summary>
        public bool RenewsEnvironment { get; init; }
    }

    /// <summary>The plan, in which a child that should have been replaced already is restarted.</summary>
    public static List<PlanStep> PlanOf(Supervisor supervisor, Wanted wanted) =>
    [
        .. PlanOf(supervisor.Table, wanted).Select(step => step.Action == PlanStep.Keep
            && supervisor.Table.ByName(step.Name) is { } known && supervisor.Changes.IsOutdated(known)
                ? step with { Action = PlanStep.Change, Changes = [ApplyPlan.EarlierValues], Restarts = true } : step),
    ];

    public static List<PlanStep> PlanOf(ProcessTable table, Wanted wanted)
    {
        var key = wanted.UpdateEnvironment ? EnvironmentKey.Of(wanted.Environment) : null;
        return ApplyPlan
            .Of(Configs(table), wanted.Configs, wanted.Prune,
                name =>
                    key is not null && table.ByName(name) is { } known
                        && (known.EnvironmentKey != key || known.Launch != wanted.Launch),
            name => table.Instances(table.ByName(name)!.Id)!
                .All(static cell => cell.State.Desired == DesiredState.Down),
            name => table.ByName(name)!.Project != wanted.Project);
    }

    /// <summary>
    /// A sentence about names that are not free, and dependencies that would not be there, or go in a circle; null: all
    /// is well.
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
        // What is deleted may be needed by what stays.
        return DependencyGraph.Problem(
            all, wanted.Prune ? all.Keys : wanted.Configs.Select(static config => config.NameOrEmpty));
    }

    /// <summary>What is under way.</summary>
    /// <param name="Going">The stops of what is deleted.</param>
    /// <param name="Gone">See <see cref="Deletions.WhenGone"/>, one for each process.</param>
    /// <param name="Coming">Starts and restarts; and the stops of instances that are too many.</param>
    public sealed record Work(IReadOnlyList<PendingChange> Going, IReadOnlyList<Task<string?>> Gone,
        List<PendingChange> Coming);

    /// <summary>What was begun; remarks go to the notes.</summary>
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
            else if (step.Action == PlanStep.Keep && (former!.Deletion is not null || IsTaken(former, wanted)))
                supervisor.Put(former with { Deletion = null, Project = wanted.Project ?? former.Project });
            if (wanted.StartsAll && step.Action is PlanStep.Keep or PlanStep.Change
                && wanted.Configs[i].Enabled != false) start
                    .AddRange(Down(supervisor, supervisor.Table.ByName(step.Name)!,
                        wanted).Where(cell => !restart.Contains(cell)));
        }
        foreach (var cell in supervisor.Dependencies.ToStart([.. start, .. restart], notes))
            work.Coming.Add(restart.Contains(cell)
                ? supervisor.Changes.RestartOnceSaved(cell, wanted.Cause, gone)
                : supervisor.Changes.StartOnceSaved(cell, wanted.Cause, gone));
        foreach (var definition in supervisor.Table.Definitions)
            if (definition.RestartBefore is not null) supervisor.Changes.EndRestarts(definition.Id, gone);
        return work;
    }

    static bool IsTaken(ProcessDefinition former, Wanted wanted) =>
        wanted.Project is { } project && former.Project != project;

    /// <summary>The new instances that are to be started.</summary>
    static SupervisedProcess[] Create(Supervisor supervisor, ProcessConfig config, Wanted wanted)
    {
        var cells = supervisor.Define(config, wanted.Environment, wanted.OpenFilesLimit, launch: wanted.Launch,
            project: wanted.Project);
        return config.IsJob || config.Enabled == false ? [] : cells;
    }

    static IReadOnlyList<PendingChange> Change(
        Supervisor supervisor, ProcessDefinition former, ProcessConfig config, PlanStep step, Wanted wanted,
            HashSet<SupervisedProcess> restart, List<int> gone)
    {
        // Somebody may be deleting it: who applies it now wants it to stay.
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
        foreach (var cell in supervisor.Table.Instances(former.Id)![..before])
        {
            // What the user has stopped stays so; what was given up, or waits for its next try, may be mended by the
            // change.
            if (step.Restarts && cell.State.Desired == DesiredState.Up) restart.Add(cell);
            else if (!step.Restarts) supervisor.Refresh(cell);
        }
        return pending;
    }

    /// <summary>
    /// The instances that are to be brought up: what is down, but for a job, which waits for its time; and what was
    /// given up.
    /// </summary>
    static List<SupervisedProcess> Down(Supervisor supervisor, ProcessDefinition definition, Wanted wanted)
    {
        var cells = supervisor.Table.Instances(definition.Id)![..definition.Instances];
        if (definition.Config.IsJob) return [];
        // What waits for its next try is started at once for a person, and left to its delay for a daemon that begins.
        List<SupervisedProcess> down = [.. cells.Where(cell =>
            cell.State is { Phase: LifecyclePhase.Errored } or { Desired: DesiredState.Down }
            || (cell.State.Phase == LifecyclePhase.Waiting && !wanted.RenewsEnvironment))];
        if (wanted.RenewsEnvironment && down.Count == cells.Length)
            supervisor.Put(From(wanted, supervisor, definition));
        return down;
    }

    /// <summary>As if it was defined by who applies now.</summary>
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
