namespace Tspm.Platform;

/// <summary>What was found out about some paths.</summary>
/// <param name="Existing">The paths that exist.</param>
/// <param name="RealPaths">The real paths of those that lead elsewhere through a link.</param>
internal sealed record PathFacts(IReadOnlySet<string> Existing, IReadOnlyDictionary<string, string> RealPaths)
{
    public string RealPathOf(string path) => RealPaths.GetValueOrDefault(path, path);
}
