using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Config;

/// <summary>
/// What has to be done so that the daemon holds what a file says: the one answer behind <c>plan</c> and <c>apply</c>.
/// Pure. Restarted is only what a child got at its birth and cannot be given anew:
/// program, environment, user, limits, sockets. All else takes effect while it runs, or (<see cref="CountsLater"/>) at
/// its next start.
/// </summary>
internal static class ApplyPlan
{
    /// <summary>The kept environment of the shell, among changed fields.</summary>
    public const string Environment = "environment";

    /// <summary>Not a field: a restart that an earlier change needed could not be done.</summary>
    public const string EarlierValues = "it runs with earlier values";

    /// <summary>First of the wanted ones in their order, then those to be deleted.</summary>
    /// <param name="present">What is defined; names are unique.</param>
    /// <param name="wanted">What the file says, complete; names are unique.</param>
    /// <param name="prune">What is not in the file is deleted.</param>
    /// <param name="hasNewEnvironment">Is the kept environment of the process of this name to be replaced by another
    /// one?</param>
    /// <param name="isDown">Is the process of this name, all of it, meant to be down? It stays so. Null: none
    /// is.</param>
    /// <param name="isForeign">Does the process of this name belong to another project? It is not deleted. Null: none
    /// does.</param>
    public static List<PlanStep> Of(IEnumerable<ProcessConfig> present, IReadOnlyList<ProcessConfig> wanted, bool prune,
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
            steps.Add(changes.Count == 0
                ? new PlanStep { Name = config.NameOrEmpty, Action = PlanStep.Keep }
                : new PlanStep
                {
                    Name = config.NameOrEmpty,
                    Action = PlanStep.Change,
                    Changes = changes,
                    Restarts = !config.IsJob
                        && isDown?.Invoke(config.NameOrEmpty) != true && NeedsNewChild(changes, config),
                });
        }
        if (!prune) return steps;
        foreach (var name in rest.Keys)
            if (isForeign?.Invoke(name) != true) steps.Add(new PlanStep { Name = name, Action = PlanStep.Delete });
        return steps;
    }

    /// <summary>What to do about a name that another project holds, on a command line.</summary>
    public const string Forced = "take them over with --force";

    /// <summary>Why the names of a file cannot be had: another project holds some of them; null: none does.</summary>
    /// <param name="present">What is defined.</param>
    /// <param name="wanted">What the file says.</param>
    /// <param name="project">The file's; null: it is not known, and nothing is protected.</param>
    /// <param name="remedy">What to do about it, apart from other names; <c>{0}</c> is the project that holds a
    /// name.</param>
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
        return $"{Quoted(names)} {verb} to the project {ProjectName.Shown(holder, held[0].Config)}, and this file to "
            + $"{ProjectName.Shown(project, own)}; use other names, or {remedy.Replace("{0}", holder)}";
    }

    /// <summary>Sentences about processes that belong to the file's project from now on.</summary>
    public static List<string> TakenOver(
        IEnumerable<ProcessDefinition> present, IReadOnlyList<ProcessConfig> wanted, string? project,
            bool isPlan = false)
    {
        var notes = new List<string>();
        if (project is null) return notes;
        var taken = Named(present, wanted).FindAll(known => known.Project != project);
        foreach (var former in taken.Select(static known => known.Project ?? "").Distinct())
        {
            var names = taken.Where(known => (known.Project ?? "") == former)
                .Select(static known => known.Name).ToList();
            notes.Add(isPlan ? Coming(names, former, project) : Done(names, former, project));
        }
        return notes;
    }

    static string Coming(List<string> names, string former, string project) => former.Length == 0
        ? $"{Quoted(names)} {(names.Count == 1 ? "has" : "have")} no project and will belong to {project}"
        : $"{Quoted(names)} will be taken over from the project {former}";

    static string Done(List<string> names, string former, string project) => former.Length == 0
        ? $"{Quoted(names)} had no project and {(names.Count == 1 ? "belongs" : "belong")} to {project} now"
        : $"{Quoted(names)} {(names.Count == 1 ? "is" : "are")} taken over from the project {former}";

    static List<ProcessDefinition> Named(IEnumerable<ProcessDefinition> present, IReadOnlyList<ProcessConfig> wanted)
    {
        var names = wanted.Select(static config => config.NameOrEmpty).ToHashSet();
        return [.. present.Where(known => names.Contains(known.Name))];
    }

    static string Quoted(List<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));

    /// <summary>A child got something at its birth that has changed.</summary>
    public static bool NeedsNewChild(List<string> changes, ProcessConfig config) =>
        changes.Exists(field =>
            NeedsNewChild(field) || (config.Health is { Notify: not null } && Top(field) == "health"));

    public static bool NeedsNewChild(string field) =>
        Top(field) is "projectDir" or "command" or "args" or "env" or "envFile" or "interpreter" or "user" or "group"
            or "umask" or "nice" or "oomScoreAdjust"
        or "limits" or "stdin" or "listen" or Environment || field == "health.notify"; // the watchdog's variables

    /// <summary>The fields of a config that a child does not have, and that take effect at its next start.</summary>
    /// <param name="startedWith">What the child was started with.</param>
    /// <param name="config">What the definition says.</param>
    public static List<string> Pending(ProcessConfig startedWith, ProcessConfig config)
    {
        var isWatchdog = config.Health is { Notify: not null };
        return [.. ConfigDifference.Between(startedWith, config).Where(field =>
            NeedsNewChild(field) || CountsLater(field) || (isWatchdog && Top(field) == "health"))];
    }

    /// <summary>With another value it is another program.</summary>
    public static bool SaysWhatRuns(string field) => field is "command" or "args" or "interpreter" or "projectDir";

    /// <summary>Takes effect at the next start of a child, and is not worth one.</summary>
    public static bool CountsLater(string field) =>
        Top(field) is "outFile" or "errFile" or "mergeLogs" or "ready" or "startTimeoutMs" || field == "log.pipe";

    static string Top(string field) => field.IndexOf('.') is >= 0 and var dot ? field[..dot] : field;
}
