using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Config;

/// <summary>
/// Computes the changes that make the daemon match a config file; both <c>plan</c> and <c>apply</c> use it. Pure. A
/// process is restarted only for settings that a child gets when it is started: program, environment, user, limits,
/// sockets. Other settings take effect while it runs or, see <see cref="TakesEffectAtNextStart"/>, at its next start.
/// </summary>
internal static class ApplyPlan
{
    /// <summary>The entry among changed fields that stands for the saved environment of the shell.</summary>
    public const string Environment = "environment";

    /// <summary>
    /// The entry among changed fields that stands for a restart that an earlier change needs and that has not happened
    /// yet.
    /// </summary>
    public const string EarlierValues = "it runs with earlier values";

    /// <summary>The steps: first those for the wanted configs, in their order, then the deletions.</summary>
    /// <param name="present">The defined configs; names are unique.</param>
    /// <param name="wanted">The configs of the file, complete; names are unique.</param>
    /// <param name="prune">Whether processes that are not in the file are deleted.</param>
    /// <param name="hasNewEnvironment">Whether the saved environment of the named process is replaced.</param>
    /// <param name="isDown">Whether the named process is down with all its instances. It stays down. Null means that
    /// none is.</param>
    /// <param name="isForeign">Whether the named process belongs to another project. It is not deleted. Null means
    /// that none does.</param>
    public static List<PlanStep> Compute(
        IEnumerable<ProcessConfig> present, IReadOnlyList<ProcessConfig> wanted, bool prune,
        Func<string, bool> hasNewEnvironment, Func<string, bool>? isDown = null, Func<string, bool>? isForeign = null)
    {
        var rest = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var config in present) rest[config.NameOrEmpty] = config;
        var steps = new List<PlanStep>(wanted.Count);
        foreach (var config in wanted)
        {
            if (!rest.Remove(config.NameOrEmpty, out var former))
            {
                steps.Add(new PlanStep { Name = config.NameOrEmpty, Action = PlanStep.Create });
                continue;
            }
            var changes = ConfigDifference.Between(former, config);
            if (hasNewEnvironment(config.NameOrEmpty)) changes.Add(Environment);
            if (changes.Count == 0)
            {
                steps.Add(new PlanStep { Name = config.NameOrEmpty, Action = PlanStep.Keep });
                continue;
            }
            var mayRun = !config.IsJob && isDown?.Invoke(config.NameOrEmpty) != true;
            steps.Add(new PlanStep
            {
                Name = config.NameOrEmpty,
                Action = PlanStep.Change,
                Changes = changes,
                Restarts = mayRun && NeedsNewChild(changes, config),
            });
        }
        if (!prune) return steps;
        foreach (var name in rest.Keys)
            if (isForeign?.Invoke(name) != true) steps.Add(new PlanStep { Name = name, Action = PlanStep.Delete });
        return steps;
    }

    /// <summary>What to do, on a command line, about a name that another project uses.</summary>
    public const string Forced = "take them over with --force";

    /// <summary>Checks whether another project uses some of the names of a file.</summary>
    /// <param name="present">The definitions that exist.</param>
    /// <param name="wanted">The configs of the file.</param>
    /// <param name="project">The project of the file; null if it is not known, and then no name is refused.</param>
    /// <param name="remedy">What to do about it, apart from using other names; <c>{0}</c> stands for the project that
    /// uses a name.</param>
    /// <returns>A sentence about the names, or null if all are free.</returns>
    public static string? ProjectProblem(
        IEnumerable<ProcessDefinition> present, IReadOnlyList<ProcessConfig> wanted, string? project, string remedy)
    {
        if (project is null) return null;
        var held = Named(present, wanted).FindAll(known => known.Project is { } other && other != project);
        if (held.Count == 0) return null;
        var holder = held[0].Project!;
        var names = held.Where(known => known.Project == holder).Select(static known => known.Name).ToList();
        var own = wanted.First(config => config.NameOrEmpty == names[0]);
        var verb = names.Count == 1 ? "belongs" : "belong";
        return $"{Quoted(names)} {verb} to the project {ProjectName.Shown(holder, held[0].Config)}, "
            + $"but this file belongs to {ProjectName.Shown(project, own)}; use other names, or "
            + remedy.Replace("{0}", holder);
    }

    /// <summary>Sentences about processes that move into the project of the file.</summary>
    /// <param name="isPlan">Whether this is only a plan, so that the sentences are in the future tense.</param>
    public static List<string> TakenOver(
        IEnumerable<ProcessDefinition> present, IReadOnlyList<ProcessConfig> wanted, string? project,
            bool isPlan = false)
    {
        var notes = new List<string>();
        if (project is null) return notes;
        var moved = Named(present, wanted).FindAll(known => known.Project != project);
        foreach (var former in moved.Select(static known => known.Project ?? "").Distinct())
        {
            var names = moved.Where(known => (known.Project ?? "") == former)
                .Select(static known => known.Name).ToList();
            notes.Add(isPlan ? Planned(names, former, project) : Done(names, former, project));
        }
        return notes;
    }

    static string Planned(List<string> names, string former, string project) => former.Length == 0
        ? $"{Quoted(names)} {(names.Count == 1 ? "has" : "have")} no project and will belong to {project}"
        : $"{Quoted(names)} will be taken over from the project {former}";

    static string Done(List<string> names, string former, string project) => former.Length == 0
        ? $"{Quoted(names)} had no project and {(names.Count == 1 ? "belongs" : "belong")} to {project} now"
        : $"{Quoted(names)} {(names.Count == 1 ? "was" : "were")} taken over from the project {former}";

    static List<ProcessDefinition> Named(IEnumerable<ProcessDefinition> present, IReadOnlyList<ProcessConfig> wanted)
    {
        var names = wanted.Select(static config => config.NameOrEmpty).ToHashSet();
        return [.. present.Where(known => names.Contains(known.Name))];
    }

    static string Quoted(List<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));

    /// <summary>Whether a running child must be restarted for these changes to take effect.</summary>
    public static bool NeedsNewChild(List<string> changes, ProcessConfig config) =>
        changes.Exists(field =>
            NeedsNewChild(field) || (config.Health is { Notify: not null } && Top(field) == "health"));

    /// <summary>Whether a change of this field takes effect only with a new child.</summary>
    public static bool NeedsNewChild(string field) =>
        Top(field) is "projectDir" or "command" or "args" or "env" or "envFile" or "interpreter" or "user" or "group"
            or "umask" or "nice" or "oomScoreAdjust" or "limits" or "stdin" or "listen" or Environment
        || field == "health.notify"; // it sets the watchdog variables of the child

    /// <summary>The fields of a config that take effect only at the next start of a child.</summary>
    /// <param name="startedWith">The config that the child was started with.</param>
    /// <param name="config">The config of the definition.</param>
    public static List<string> Pending(ProcessConfig startedWith, ProcessConfig config)
    {
        var isWatchdog = config.Health is { Notify: not null };
        return [.. ConfigDifference.Between(startedWith, config).Where(field =>
            NeedsNewChild(field) || TakesEffectAtNextStart(field) || (isWatchdog && Top(field) == "health"))];
    }

    /// <summary>Whether another value of this field means another program.</summary>
    public static bool ChangesProgram(string field) => field is "command" or "args" or "interpreter" or "projectDir";

    /// <summary>
    /// Whether a change of this field takes effect at the next start, and is no reason to restart the child.
    /// </summary>
    public static bool TakesEffectAtNextStart(string field) =>
        Top(field) is "outFile" or "errFile" or "mergeLogs" or "ready" or "startTimeoutMs" || field == "log.pipe";

    static string Top(string field) => field.IndexOf('.') is >= 0 and var dot ? field[..dot] : field;
}
