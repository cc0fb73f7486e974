using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// What is wrong with dependencies as a whole: found when they are defined, so that nothing ever waits for what cannot
/// come.
/// </summary>
internal static class DependencyGraph
{
    /// <param name="all">Every config by name, as it will be.</param>
    /// <param name="changed">The names of those to look at.</param>
    /// <returns>A sentence, or null when all is well.</returns>
    public static string? Problem(IReadOnlyDictionary<string, ProcessConfig> all, IEnumerable<string> changed)
    {
        var done = new HashSet<string>();
        foreach (var name in changed)
        {
            foreach (var dependency in all[name].DependsOn ?? [])
                if (!all.ContainsKey(dependency.Name))
                    return $"'{name}' depends on '{dependency.Name}', which is not defined"
                        + (Condition(all, dependency.Name) ?? NearestName.Question(dependency.Name, all.Keys));
            if (Circle(all, name, [], done) is { } path)
                return $"dependencies go in a circle: {string.Join(" → ", path)}; take one of them out";
        }
        return null;
    }

    /// <summary>The name of a process, with a condition that there is not; null: it is something else.</summary>
    static string? Condition(IReadOnlyDictionary<string, ProcessConfig> all, string name) =>
        name.LastIndexOf(':') is > 0 and var colon && all.ContainsKey(name[..colon])
            ? $"; a condition is {Dependency.Started}, {Dependency.Ready} or {Dependency.Completed}" : null;

    static List<string>? Circle(
        IReadOnlyDictionary<string, ProcessConfig> all, string name, List<string> path, HashSet<string> done)
    {
        if (path.IndexOf(name) is >= 0 and var first) return [.. path[first..], name];
        if (done.Contains(name) || !all.TryGetValue(name, out var config)) return null;
        path.Add(name);
        foreach (var dependency in config.DependsOn ?? [])
            if (Circle(all, dependency.Name, path, done) is { } found) return found;
        path.RemoveAt(path.Count - 1);
        done.Add(name);
        return null;
    }
}
