using Tspm.Model;

namespace Tspm.Config;

/// <summary>
/// What has to be done so that the daemon holds what a file says: the one answer behind <c>plan</c> and <c>apply</c>. Pure. Restarted is only what a child got at its birth and cannot be given anew:
/// program, environment, user, limits, sockets. All else takes effect while it runs, or (<see cref="CountsLater"/>) at its next start.
/// </summary>
internal static class ApplyPlan
{
    /// <summary>The kept environment of the shell, among changed fields.</summary>
    public const string Environment = "environment";

    /// <summary>First of the wanted ones in their order, then those to be deleted.</summary>
    /// <param name="present">What is defined; names are unique.</param>
    /// <param name="wanted">What the file says, complete; names are unique.</param>
    /// <param name="prune">What is not in the file is deleted.</param>
    /// <param name="hasNewEnvironment">Is the kept environment of the process of this name to be replaced by another one?</param>
    /// <param name="isDown">Is the process of this name, all of it, meant to be down? It stays so. Null: none is.</param>
    public static List<PlanStep> Of(IEnumerable<ProcessConfig> present, IReadOnlyList<ProcessConfig> wanted, bool prune, Func<string, bool> hasNewEnvironment, Func<string, bool>? isDown = null)
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
                : new PlanStep { Name = config.NameOrEmpty, Action = PlanStep.Change, Changes = changes, Restarts = !config.IsJob && isDown?.Invoke(config.NameOrEmpty) != true && NeedsNewChild(changes, config) });
        }
        if (prune)
            foreach (var config in rest.Values) steps.Add(new PlanStep { Name = config.NameOrEmpty, Action = PlanStep.Delete });
        return steps;
    }

    /// <summary>A child got something at its birth that has changed.</summary>
    public static bool NeedsNewChild(List<string> changes, ProcessConfig config) =>
        changes.Exists(field => NeedsNewChild(field) || (config.Health is { Notify: not null } && Top(field) == "health"));

    public static bool NeedsNewChild(string field) => Top(field) is "projectDir" or "command" or "args" or "env" or "envFile" or "interpreter" or "user" or "group" or "umask" or "nice" or "oomScoreAdjust"
        or "limits" or "stdin" or "listen" or Environment || field == "health.notify"; // the watchdog's variables

    /// <summary>Takes effect at the next start of a child, and is not worth one.</summary>
    public static bool CountsLater(string field) => Top(field) is "outFile" or "errFile" or "mergeLogs" or "ready" or "startTimeoutMs" || field == "log.pipe";

    static string Top(string field) => field.IndexOf('.') is >= 0 and var dot ? field[..dot] : field;
}
