using Tspm.Client.Connection;
using Tspm.Legacy;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Offline;

/// <summary>The saved processes, for commands that have to know them while no daemon runs.</summary>
internal static class OfflineProcesses
{
    /// <summary>Every instance of the saved definitions, in the order of the file.</summary>
    public static List<SavedInstance> Read(TspmHome home)
    {
        var all = new List<SavedInstance>();
        foreach (var definition in new ProcessStore(home, TimeProvider.System).Peek().Processes)
            for (var i = 0; i < definition.Instances; i++) all.Add(new SavedInstance(definition, i));
        return all;
    }

    /// <summary>Resolves selectors among saved processes.</summary>
    public static SelectorResult Resolve(
        IReadOnlyList<string> selectors, IEnumerable<SavedInstance> all) =>
        SelectorMatcher.Resolve(
            selectors, [.. all.Select(static one => SelectorTarget.From(one.Definition, one.Instance))]);

    /// <summary>The error for selectors that match nothing, with the code that a daemon gives it.</summary>
    public static DaemonException NoMatch(SelectorResult result) =>
        new(result.IsInvalid ? ErrorCode.InvalidParams : ErrorCode.NoSuchProcess, result.Sentence!);

    /// <summary>The error if a daemon would find nothing to change.</summary>
    /// <param name="home">The home of the daemon.</param>
    /// <param name="selectors">The selectors of the request.</param>
    /// <param name="isStart">The verb starts processes, so a missing instance can be added.</param>
    /// <returns>Null if they match saved processes, or if a daemon may know more than the saved state.</returns>
    public static DaemonException? Refusal(TspmHome home, IReadOnlyList<string> selectors, bool isStart)
    {
        try
        {
            var all = Read(home);
            var result = Resolve(selectors, all);
            if (result.IsKnown || MayBeMore(home, all)) return null;
            return NoMatch(isStart ? result with { Sentence = result.Sentence + result.ScaleHint } : result);
        }
        catch (HomeException)
        {
            // The start of a daemon fails for the same reason, and reports it.
            return null;
        }
    }

    /// <summary>
    /// Whether a daemon may find processes that the saved state does not have: those of an older Tspm, those of run
    /// records, and those of a file that only a daemon sets right.
    /// </summary>
    static bool MayBeMore(TspmHome home, List<SavedInstance> all)
    {
        if (Directory.Exists(home.RunFolder)
            && new RunRecordStore(home).Keys().Any(key => all.All(known => known.Definition.Id != key.Id))) return true;
        if (all.Count > 0) return false;
        var isUnreadable = FileSystem.IsThere(home.ProcessesFile)
            && ReferenceEquals(new ProcessStore(home, TimeProvider.System).Peek(), ProcessesFile.Empty);
        return isUnreadable
            || (LegacyFinder.UserHome is { } userHome && LegacyFinder.Find(userHome) is not null);
    }
}
