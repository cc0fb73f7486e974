using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>The addresses on which sockets must be open for an instance.</summary>
internal static class NeededAddresses
{
    /// <summary>The addresses of the current child and of the next one, if one will be started.</summary>
    public static IReadOnlyList<string> For(IInstance process)
    {
        var present = process.Current?.Listen ?? [];
        var next = process.State.WillStart
            ? process.Definition.Config.Listen ?? [] : process.Replacing?.Run?.Listen ?? [];
        return next.Count == 0 ? present : present.Count == 0 ? next : [.. present.Union(next)];
    }
}
