using Tspm.Model.Selecting;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>From selectors, as users type them, to processes.</summary>
internal sealed class ProcessSelection(ProcessTable table)
{
    public SelectorResult Resolve(IReadOnlyList<string> selectors) => SelectorMatcher.Resolve(selectors, Targets());

    /// <summary>The instances that selectors mean, or the sentence about the one that means nothing.</summary>
    public IReadOnlyList<SupervisedProcess> Select(IReadOnlyList<string> selectors)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!);
        return [.. result.Matches.Select(match => table.Find(new InstanceKey(match.Id, match.Instance))!)];
    }

    /// <summary>
    /// The same for verbs that start something. A job is left alone unless it is named, and so is what is not enabled:
    /// who says <c>all</c> or gives a pattern does not mean that the nightly backup is to run now.
    /// </summary>
    /// <param name="selectors">What was asked for.</param>
    /// <param name="left">What was left out, see <see cref="TellOfLeft"/>.</param>
    /// <param name="named">Those that were named.</param>
    public List<SupervisedProcess> SelectToStart(
        IReadOnlyList<string> selectors, out List<SupervisedProcess> left, out HashSet<SupervisedProcess> named)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!);
        var cells = new List<SupervisedProcess>(result.Matches.Count);
        (left, named) = ([], []);
        foreach (var match in result.Matches)
        {
            var cell = table.Find(new InstanceKey(match.Id, match.Instance))!;
            if (result.Named.Contains(match)) named.Add(cell);
            var isLeft = (cell.Definition.Config.IsJob || !cell.Definition.IsEnabled) && !named.Contains(cell);
            (isLeft ? left : cells).Add(cell);
        }
        return cells;
    }

    /// <summary>Adds a sentence about what was left out, unless something needs it, so that it runs all the
    /// same.</summary>
    public static void TellOfLeft(
        List<SupervisedProcess> left, IReadOnlyList<SupervisedProcess> started, List<string> notes)
    {
        List<string> jobs = [], disabled = [];
        foreach (var cell in left)
        {
            if (started.Contains(cell)) continue;
            var names = cell.Definition.Config.IsJob ? jobs : disabled;
            var name = $"'{cell.Definition.Name}'";
            if (!names.Contains(name)) names.Add(name);
        }
        if (jobs.Count == 1) notes.Add($"the job {jobs[0]} was left out; to run it now, start it by name");
        if (jobs.Count > 1)
            notes.Add($"the jobs {string.Join(", ", jobs)} were left out; to run one of them now, start it by name");
        if (disabled.Count == 0) return;
        notes.Add($"{string.Join(", ", disabled)} {(disabled.Count == 1 ? "is" : "are")} not enabled "
            + "(enabled: false) and left out; to start or restart one, name it");
    }

    List<SelectorTarget> Targets()
    {
        var targets = new List<SelectorTarget>(table.Cells.Length);
        foreach (var cell in table.Cells)
            if (!cell.IsSurplus) targets.Add(SelectorTarget.Of(cell.Definition, cell.Key.Instance));
        return targets;
    }
}
