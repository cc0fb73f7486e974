using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Ordering;

/// <summary>
/// Stops instances in the reverse order of their dependencies: each when those that depend on it are down, and what
/// does not depend on each other at the same time.
/// </summary>
internal sealed class StopOrder(Action<Action> post) : IProcessObserver
{
    readonly List<Later> _later = [];

    /// <param name="Cell">To be stopped.</param>
    /// <param name="After">When these are down.</param>
    /// <param name="Event">Stops it.</param>
    sealed record Later(SupervisedProcess Cell, List<SupervisedProcess> After, LifecycleEvent Event);

    /// <summary>
    /// Begins; <paramref name="stop"/> is a stop by somebody, or the daemon's shutdown, which leaves wishes alone.
    /// </summary>
    public void Stop(IReadOnlyList<SupervisedProcess> cells, LifecycleEvent stop)
    {
        var dependents = new Dictionary<string, List<SupervisedProcess>>(StringComparer.Ordinal);
        foreach (var cell in cells)
            foreach (var dependency in cell.Definition.Config.DependsOn ?? [])
                if (cell.State.Phase != LifecyclePhase.Stopped)
                    (dependents.TryGetValue(dependency.Name, out var list) ? list : dependents[dependency.Name] = [])
                        .Add(cell);
        var now = new List<SupervisedProcess>(cells.Count);
        foreach (var cell in cells)
        {
            if (_later.Exists(later => later.Cell == cell)) continue;
            // Without a child it is of no use to anybody, and must not be started once more before its turn comes.
            if (!cell.State.HasChild || !dependents.TryGetValue(cell.Definition.Name, out var after))
            {
                now.Add(cell);
                continue;
            }
            _later.Add(new Later(cell, after, stop));
            if (stop is LifecycleEvent.StopRequested) cell.Handle(new LifecycleEvent.StopIntended());
        }
        foreach (var cell in now) cell.Handle(stop);
    }

    public void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (_later.Count > 0 && (!cell.State.HasChild || cell.State.Desired == DesiredState.Up)) post(Release);
    }

    void Release()
    {
        for (var i = _later.Count - 1; i >= 0; i--)
        {
            var (cell, after, stop) = _later[i];
            // Wanted up again meanwhile: forgotten.
            var isWanted = stop is LifecycleEvent.StopRequested && cell.State.Desired == DesiredState.Up;
            if (!isWanted && cell.State.HasChild && after.Exists(dependent => !IsDown(dependent, stop))) continue;
            _later.RemoveAt(i);
            if (!isWanted) cell.Handle(stop);
        }
    }

    /// <summary>Or somebody wants it up again: then nobody need wait for its end.</summary>
    static bool IsDown(SupervisedProcess cell, LifecycleEvent stop) =>
        cell.State.Phase == LifecyclePhase.Stopped
            || (stop is LifecycleEvent.StopRequested && cell.State.Desired == DesiredState.Up);
}
