using Tspm.Model.Selecting;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>Resolves selectors, as users type them, to processes.</summary>
internal sealed class ProcessSelection(ProcessTable table)
{
    public SelectorResult Resolve(IReadOnlyList<string> selectors) => SelectorMatcher.Resolve(selectors, Targets());

    /// <summary>The instances that the selectors match.</summary>
    /// <exception cref="NoSuchProcessException">A selector matches nothing.</exception>
    public IReadOnlyList<SupervisedProcess> Select(IReadOnlyList<string> selectors)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!) { IsInvalid = result.IsInvalid };
        return [.. result.Matches.Select(match => table.Find(new InstanceKey(match.Id, match.Instance))!)];
    }

    /// <summary>The instances that the selectors match; none if a selector matches nothing.</summary>
    public IReadOnlyList<SupervisedProcess> SelectKnown(IReadOnlyList<string> selectors) =>
        Resolve(selectors).IsKnown ? Select(selectors) : [];

    /// <summary>
    /// Resolves selectors for verbs that start processes. Jobs and disabled processes are included only if they are
    /// named: <c>all</c> or a pattern is not meant to run the nightly backup now.
    /// </summary>
    /// <param name="selectors">The selectors of the request.</param>
    /// <param name="skipped">The instances left out, see <see cref="NoteSkipped"/>.</param>
    /// <param name="named">The instances that were named.</param>
    public List<SupervisedProcess> SelectToStart(
        IReadOnlyList<string> selectors, out List<SupervisedProcess> skipped, out HashSet<SupervisedProcess> named)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!) { IsInvalid = result.IsInvalid };
        var processes = new List<SupervisedProcess>(result.Matches.Count);
        (skipped, named) = ([], []);
        foreach (var match in result.Matches)
        {
            var process = table.Find(new InstanceKey(match.Id, match.Instance))!;
            if (result.Named.Contains(match)) named.Add(process);
            var isSkipped = (process.Definition.Config.IsJob || !process.Definition.IsEnabled)
                && !named.Contains(process);
            (isSkipped ? skipped : processes).Add(process);
        }
        return processes;
    }

    /// <summary>
    /// Adds a note about the instances that were left out, except those that start anyway because something depends on
    /// them.
    /// </summary>
    public static void NoteSkipped(
        List<SupervisedProcess> skipped, IReadOnlyList<SupervisedProcess> started, List<string> notes)
    {
        List<string> jobs = [], disabled = [];
        foreach (var process in skipped)
        {
            if (started.Contains(process)) continue;
            var names = process.Definition.Config.IsJob ? jobs : disabled;
            var name = $"'{process.Definition.Name}'";
            if (!names.Contains(name)) names.Add(name);
        }
        if (jobs.Count == 1) notes.Add($"the job {jobs[0]} was left out; to run it now, start it by name");
        if (jobs.Count > 1)
            notes.Add($"the jobs {string.Join(", ", jobs)} were left out; to run one of them now, start it by name");
        if (disabled.Count == 0) return;
        var (be, past) = disabled.Count == 1 ? ("is", "was") : ("are", "were");
        notes.Add($"{string.Join(", ", disabled)} {be} disabled (enabled: false) and {past} left out; "
            + $"to start or restart {(disabled.Count == 1 ? "it" : "one")}, type its name");
    }

    List<SelectorTarget> Targets()
    {
        var targets = new List<SelectorTarget>(table.Processes.Length);
        foreach (var process in table.Processes)
            if (!process.IsSurplus) targets.Add(SelectorTarget.From(process.Definition, process.Key.Instance));
        return targets;
    }
}
