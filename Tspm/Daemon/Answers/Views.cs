using Tspm.Model.Selecting;
using Tspm.Supervision;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>Selects snapshots for verbs that only read.</summary>
internal static class Views
{
    /// <summary>Returns the snapshots that the selectors match, or all if there are no selectors.</summary>
    /// <exception cref="NoSuchProcessException">A selector matches no process.</exception>
    public static IReadOnlyList<ProcessView> Select(DaemonContext context, IReadOnlyList<string>? selectors)
    {
        var views = context.Supervisor.Views();
        if (selectors is not { Count: > 0 }) return views;
        var targets = views.Select(view => SelectorTarget.From(view.Definition, view.Key.Instance)).ToList();
        var result = SelectorMatcher.Resolve(selectors, targets);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!) { IsInvalid = result.IsInvalid };
        var chosen = result.Matches.Select(match => new InstanceKey(match.Id, match.Instance)).ToHashSet();
        return [.. views.Where(view => chosen.Contains(view.Key))];
    }
}
