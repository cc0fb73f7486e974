namespace Tspm.Supervision.Triggers;

/// <summary>What was found of some paths.</summary>
/// <param name="Existing">Those that were there.</param>
/// <param name="RealPaths">Where those lead that lead elsewhere, by way of a link.</param>
internal sealed record PathFacts(IReadOnlySet<string> Existing, IReadOnlyDictionary<string, string> RealPaths)
{
    public string RealPathOf(string path) => RealPaths.GetValueOrDefault(path, path);
}
