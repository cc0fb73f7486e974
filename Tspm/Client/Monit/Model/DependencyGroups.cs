namespace Tspm.Client.Monit.Model;

/// <summary>
/// Groups processes that belong together because one depends on the other, directly or through others. A group has the
/// names of the processes in it that no other one needs, such as <c>web, worker</c>.
/// </summary>
internal static class DependencyGroups
{
    /// <summary>The name of the group of each process; none for a process that stands alone.</summary>
    /// <param name="needed">The names that each process depends on, by its name.</param>
    public static Dictionary<string, string> NamesOf(IReadOnlyDictionary<string, IReadOnlyList<string>> needed)
    {
        // From each process towards one that represents its whole group.
        var parents = new Dictionary<string, string>();
        foreach (var (name, others) in needed)
            foreach (var other in others) parents[Representative(parents, name)] = Representative(parents, other);
        var members = parents.Keys.ToLookup(name => Representative(parents, name));
        var wanted = needed.Values.SelectMany(static others => others).ToHashSet();
        var names = new Dictionary<string, string>();
        foreach (var group in members)
        {
            var tops = group.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal);
            var label = string.Join(", ", tops);
            foreach (var name in group) names[name] = label;
        }
        return names;
    }

    static string Representative(Dictionary<string, string> parents, string name)
    {
        while (parents.TryAdd(name, name) is false && parents[name] != name) name = parents[name];
        return name;
    }
}
