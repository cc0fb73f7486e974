using Tspm.Client.Connection;
using Tspm.Legacy;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Offline;

/// <summary>The saved processes, for commands that have to know them while no daemon runs.</summary>
internal static class OfflineProcesses
{
    /// <summary>Every instance of the saved definitions, in the order of the file.</summary>
    public static List<(ProcessDefinition Definition, int Instance)> Read(TspmHome home)
    {
        var all = new List<(ProcessDefinition Definition, int Instance)>();
        foreach (var definition in new ProcessStore(home, TimeProvider.System).Peek().Processes)
            for (var instance = 0; instance < definition.Instances; instance++) all.Add((definition, instance));
        return all;
    }

    /// <summary>Resolves selectors among saved processes.</summary>
    public static SelectorResult Resolve(
        IReadOnlyList<string> selectors, IEnumerable<(ProcessDefinition Definition, int Instance)> all) =>
        SelectorMatcher.Resolve(
            selectors, [.. all.Select(static one => SelectorTarget.From(one.Definition, one.Instance))]);

    /// <summary>The error for selectors that match nothing, with the code that a daemon gives it.</summary>
    public static DaemonException NoMatch(SelectorResult result) =>
        new(result.IsInvalid ? ErrorCode.InvalidParams : ErrorCode.NoSuchProcess, result.Sentence!);

    /// <summary>Why a start of these selectors would start nothing.</summary>
    /// <returns>
    /// Null if they match saved processes, or if a daemon would import the processes of an older Tspm first.
    /// </returns>
    public static string? Problem(TspmHome home, IReadOnlyList<string> selectors)
    {
        var all = Read(home);
        if (all.Count == 0 && LegacyFinder.UserHome is { } userHome && LegacyFinder.Find(userHome) is not null)
            return null;
        var result = Resolve(selectors, all);
        return result.IsKnown ? null : result.Sentence + result.ScaleHint;
    }
}
