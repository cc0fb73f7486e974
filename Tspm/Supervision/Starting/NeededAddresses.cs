using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>On which addresses sockets have to be open for an instance.</summary>
internal static class NeededAddresses
{
    /// <summary>Those of the present child, and those of one that is to come.</summary>
    public static IReadOnlyList<string> Of(IInstance process)
    {
        var present = process.Current?.Listen ?? [];
        var next = process.State.WillStart
            ? process.Definition.Config.Listen ?? [] : process.Replacing?.Run?.Listen ?? [];
        return next.Count == 0 ? present : present.Count == 0 ? next : [.. present.Union(next)];
    }
}
