using Tspm.Model;

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
    /// The same for verbs that start something. A job is left alone unless it is named: who says <c>all</c> does not
    /// mean that the nightly backup is to run now.
    /// </summary>
    /// <param name="selectors">What was asked for.</param>
    /// <param name="left">Jobs that were left out, see <see cref="TellOfJobs"/>.</param>
    public List<SupervisedProcess> SelectToStart(IReadOnlyList<string> selectors, out List<SupervisedProcess> left)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!);
        var cells = new List<SupervisedProcess>(result.Matches.Count);
        left = [];
        foreach (var match in result.Matches)
        {
            var cell = table.Find(new InstanceKey(match.Id, match.Instance))!;
            (cell.Definition.Config.IsJob && !result.Named.Contains(match) ? left : cells).Add(cell);
        }
        return cells;
    }

    /// <summary>Adds a sentence about jobs that were left out, unless something needs them, so that they run all the
    /// same.</summary>
    public static void TellOfJobs(List<SupervisedProcess> left, IReadOnlyList<SupervisedProcess> started,
        List<string> notes)
    {
        var names = left.Where(cell => !started.Contains(cell))
            .Select(static cell => cell.Definition.Name).Distinct().ToList();
        if (names.Count == 0) return;
        var listed = string.Join(", ", names.Select(static name => $"'{name}'"));
        notes.Add(names.Count == 1
            ? $"the job {listed} was left out; to run it now, start it by name"
            : $"the jobs {listed} were left out; to run one of them now, start it by name");
    }

    List<SelectorTarget> Targets()
    {
        var targets = new List<SelectorTarget>(table.Cells.Length);
        foreach (var cell in table.Cells)
            if (!cell.IsSurplus) targets.Add(SelectorTarget.Of(cell.Definition, cell.Key.Instance));
        return targets;
    }
}
