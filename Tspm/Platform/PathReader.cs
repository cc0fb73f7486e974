namespace Tspm.Platform;

/// <summary>Checks whether paths exist, and where they lead.</summary>
internal static class PathReader
{
    public static PathFacts Read(IReadOnlySet<string> paths)
    {
        var existing = new HashSet<string>(StringComparer.Ordinal);
        var realPaths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (Path.Exists(path)) existing.Add(path);
            if (FileSystem.RealPath(path) is var real && real != path) realPaths[path] = real;
        }
        return new PathFacts(existing, realPaths);
    }
}
