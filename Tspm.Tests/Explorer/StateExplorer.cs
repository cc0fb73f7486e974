namespace Tspm.Tests.Explorer;

/// <summary>What an exploration found.</summary>
/// <param name="States">Different states.</param>
/// <param name="Depth">All states up to this many moves from the first one were visited.</param>
/// <param name="Problem">The broken promise; null: every promise held.</param>
/// <param name="Path">The moves that led to it.</param>
internal sealed record Exploration(int States, int Depth, string? Problem, IReadOnlyList<string> Path)
{
    /// <summary>How often the guardian was in each of its states.</summary>
    public required IReadOnlyDictionary<string, int> Guardians { get; init; }

    /// <summary>States in which nothing was under way, and the promises about them were checked.</summary>
    public required int AtRest { get; init; }
}

/// <summary>
/// Visits every state that can be reached, the nearest first, so that the path to a broken promise is a shortest one.
/// </summary>
internal static class StateExplorer
{
    /// <param name="first">Where to begin.</param>
    /// <param name="slip">A mistake to make; none in earnest.</param>
    /// <param name="bounds">How much may happen.</param>
    /// <param name="mostStates">Ends with the depth in which there are so many.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Exploration Explore(
        SystemState first, Slip slip, Bounds bounds, int mostStates, CancellationToken cancellation)
    {
        var moves = new Moves(slip, bounds);
        // From where, and by which move.
        var seen = new Dictionary<UInt128, (UInt128 From, string Move)> { [first.Key()] = (default, "") };
        var frontier = new List<SystemState> { first };
        var (guardians, atRest) = (new Dictionary<string, int>(), 0);
        for (var depth = 0; ; depth++)
        {
            if (frontier.Count == 0 || seen.Count >= mostStates) return Found(depth, null, []);
            var next = new List<SystemState>();
            foreach (var state in frontier)
            {
                cancellation.ThrowIfCancellationRequested();
                var key = state.Key();
                var kind = state.Guardian.GetType().Name;
                guardians[kind] = guardians.GetValueOrDefault(kind) + 1;
                if (state.IsAtRest) atRest++;
                try
                {
                    moves.From(state, (name, after) =>
                    {
                        if (seen.TryAdd(after.Key(), (key, name))) next.Add(after);
                    });
                }
                catch (Violation violation)
                {
                    return Found(depth + 1, violation.Message, PathTo(key, seen));
                }
            }
            frontier = next;
        }

        Exploration Found(int depth, string? problem, List<string> path) =>
            new(seen.Count, depth, problem, path) { Guardians = guardians, AtRest = atRest };
    }

    static List<string> PathTo(UInt128 key, Dictionary<UInt128, (UInt128 From, string Move)> seen)
    {
        var path = new List<string>();
        for (var at = seen[key]; at.Move.Length > 0; at = seen[at.From]) path.Insert(0, at.Move);
        return path;
    }
}
