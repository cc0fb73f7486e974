using Tspm.Config;
using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>
/// Carries out a plan of <c>apply</c> in one turn of the supervisor, so that a daemon that dies finds all of it done or nothing: definitions, instances that come and go, restarts, starts. What is
/// deleted has been stopped before.
/// </summary>
internal static class Application
{
    const string Cause = "applied by user";

    /// <summary>What <c>apply</c> was given.</summary>
    public sealed class Wanted(IReadOnlyList<ProcessConfig> configs, bool prune, bool updateEnvironment, IReadOnlyDictionary<string, string> environment, long? openFilesLimit)
    {
        public IReadOnlyList<ProcessConfig> Configs => configs;

        public bool Prune => prune;

        public bool UpdateEnvironment => updateEnvironment;

        public IReadOnlyDictionary<string, string> Environment => environment;

        public long? OpenFilesLimit => openFilesLimit;

        /// <summary>Null: not known.</summary>
        public LaunchContext? Launch { get; init; }

        /// <summary>What is in the file and down is started, too, and what is started gets <see cref="Environment"/>: for a daemon that has just begun.</summary>
        public bool StartsAll { get; init; }
    }

    public static List<PlanStep> PlanOf(ProcessTable table, Wanted wanted)
    {
        var key = wanted.UpdateEnvironment ? ProcessTable.KeyOf(wanted.Environment) : null;
        return ApplyPlan.Of(Configs(table), wanted.Configs, wanted.Prune, name => key is not null && table.ByName(name) is { } known && (known.EnvironmentKey != key || known.Launch != wanted.Launch),
            name => table.Instances(table.ByName(name)!.Id)!.All(static cell => cell.State.Desired == DesiredState.Down));
    }

    /// <summary>A sentence about dependencies that would not be there, or go in a circle; null: all is well.</summary>
    public static string? Problem(ProcessTable table, Wanted wanted)
    {
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        if (!wanted.Prune)
            foreach (var config in Configs(table)) all[config.NameOrEmpty] = config;
        foreach (var config in wanted.Configs) all[config.NameOrEmpty] = config;
        return DependencyGraph.Problem(all, wanted.Configs.Select(static config => config.NameOrEmpty));
    }

    /// <summary>What was begun; remarks go to the notes.</summary>
    public static List<Supervisor.Pending> Begin(Supervisor supervisor, IReadOnlyList<PlanStep> steps, Wanted wanted, List<string> notes)
    {
        var pending = new List<Supervisor.Pending>();
        var (start, restart) = (new List<SupervisedProcess>(), new HashSet<SupervisedProcess>());
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var former = supervisor.Table.ByName(step.Name);
            if (step.Action == PlanStep.Create) start.AddRange(Create(supervisor, wanted.Configs[i], wanted));
            else if (step.Action == PlanStep.Change) Change(supervisor, former!, wanted.Configs[i], step, wanted, pending, restart);
            else if (step.Action == PlanStep.Delete && former is not null) Delete(supervisor, former, notes);
            if (wanted.StartsAll && step.Action is PlanStep.Keep or PlanStep.Change && wanted.Configs[i].Enabled != false) start.AddRange(Down(supervisor, supervisor.Table.ByName(step.Name)!, wanted).Where(cell => !restart.Contains(cell)));
        }
        foreach (var cell in supervisor.Dependencies.ToStart([.. start, .. restart], notes))
            pending.Add(restart.Contains(cell) ? supervisor.Restart(cell, Cause) : supervisor.Start(cell, Cause));
        return pending;
    }

    /// <summary>The new instances that are to be started.</summary>
    static SupervisedProcess[] Create(Supervisor supervisor, ProcessConfig config, Wanted wanted)
    {
        var cells = supervisor.Define(config, wanted.Environment, wanted.OpenFilesLimit, launch: wanted.Launch);
        return config.IsJob || config.Enabled == false ? [] : cells;
    }

    static void Change(
        Supervisor supervisor, ProcessDefinition former, ProcessConfig config, PlanStep step, Wanted wanted, List<Supervisor.Pending> pending, HashSet<SupervisedProcess> restart)
    {
        var definition = former with { Config = config with { Id = null, LegacyId = former.Config.LegacyId } };
        if (wanted.UpdateEnvironment || (wanted.StartsAll && step.Restarts)) definition = From(wanted, supervisor, definition);
        var before = Math.Min(former.Instances, definition.Instances);
        pending.AddRange(supervisor.Scale(definition, Cause));
        foreach (var cell in supervisor.Table.Instances(former.Id)![..before])
        {
            // What the user has stopped stays so; what was given up, or waits for its next try, may be mended by the change.
            if (step.Restarts && cell.State.Desired == DesiredState.Up) restart.Add(cell);
            else if (!step.Restarts) supervisor.Refresh(cell);
        }
    }

    /// <summary>The instances that are to be brought up: what is down, but for a job, which waits for its time; and what was given up.</summary>
    static List<SupervisedProcess> Down(Supervisor supervisor, ProcessDefinition definition, Wanted wanted)
    {
        var cells = supervisor.Table.Instances(definition.Id)![..definition.Instances];
        var down = cells.Where(cell => cell.State.Phase == LifecyclePhase.Errored || (cell.State.Desired == DesiredState.Down && !definition.Config.IsJob));
        if (down.Count == cells.Length) supervisor.Put(From(wanted, supervisor, definition));
        return down;
    }

    /// <summary>As if it was defined by who applies now.</summary>
    static ProcessDefinition From(Wanted wanted, Supervisor supervisor, ProcessDefinition definition) =>
        definition with { EnvironmentKey = supervisor.Table.KeepEnvironment(wanted.Environment), Launch = wanted.Launch ?? definition.Launch };

    static void Delete(Supervisor supervisor, ProcessDefinition former, List<string> notes)
    {
        foreach (var cell in supervisor.Table.Instances(former.Id)!)
        {
            if (cell.State.Phase == LifecyclePhase.Stopped) continue;
            notes.Add($"'{former.Name}' is not deleted: it was started again meanwhile");
            return;
        }
        supervisor.Table.Remove(former.Id);
    }

    static IEnumerable<ProcessConfig> Configs(ProcessTable table) => table.Definitions.Select(static definition => definition.Config);
}
