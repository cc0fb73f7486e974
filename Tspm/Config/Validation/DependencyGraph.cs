using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Checks dependencies as a whole when they are defined, so that no process ever waits for something that cannot
/// happen.
/// </summary>
internal static class DependencyGraph
{
    /// <summary>Finds a dependency that is missing or part of a cycle.</summary>
    /// <param name="all">Every config by name, including the changed ones.</param>
    /// <param name="changed">The names of the configs to check.</param>
    /// <returns>A sentence, or null if there is no problem.</returns>
    public static string? Problem(IReadOnlyDictionary<string, ProcessConfig> all, IEnumerable<string> changed)
    {
        var done = new HashSet<string>();
        foreach (var name in changed)
        {
            foreach (var dependency in all[name].DependsOn ?? [])
                if (!all.ContainsKey(dependency.Name))
                    return $"'{name}' depends on '{dependency.Name}', which is not defined"
                        + (ConditionHint(all, dependency.Name) ?? NearestName.Question(dependency.Name, all.Keys));
            if (Cycle(all, name, [], done) is { } path)
                return CycleSentence(path);
        }
        return null;
    }

    public static string CycleSentence(IEnumerable<string> cycle) =>
        $"the dependencies form a cycle: {string.Join(" → ", cycle)}; remove one of them";

    /// <summary>Finds processes that wait for each other.</summary>
    /// <returns>Their names, the first one again at the end; null if there is no cycle.</returns>
    public static IReadOnlyList<string>? FindCycle(IReadOnlyDictionary<string, ProcessConfig> all)
    {
        var done = new HashSet<string>();
        foreach (var name in all.Keys)
            if (Cycle(all, name, [], done) is { } path) return path;
        return null;
    }

    /// <summary>A hint if the text is the name of a process with an unknown condition.</summary>
    /// <returns>Null if it is not.</returns>
    static string? ConditionHint(IReadOnlyDictionary<string, ProcessConfig> all, string name) =>
        name.LastIndexOf(':') is > 0 and var colon && all.ContainsKey(name[..colon])
            ? $"; to depend on '{name[..colon]}', write {name[..colon]}:{Dependency.Started} (it runs), "
                + $":{Dependency.Ready} (its readiness probe has answered; the default) or "
                + $":{Dependency.Completed} (it ended with exit code 0)"
            : null;

    static List<string>? Cycle(
        IReadOnlyDictionary<string, ProcessConfig> all, string name, List<string> path, HashSet<string> done)
    {
        if (path.IndexOf(name) is >= 0 and var first) return [.. path[first..], name];
        if (done.Contains(name) || !all.TryGetValue(name, out var config)) return null;
        path.Add(name);
        foreach (var dependency in config.DependsOn ?? [])
            if (Cycle(all, dependency.Name, path, done) is { } found) return found;
        path.RemoveAt(path.Count - 1);
        done.Add(name);
        return null;
    }
}
