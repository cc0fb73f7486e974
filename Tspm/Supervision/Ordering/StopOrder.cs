using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Ordering;

/// <summary>
/// Stops instances in the reverse order of their dependencies: each one when its dependents are down, and independent
/// ones at the same time.
/// </summary>
internal sealed class StopOrder(Action<Action> post) : IProcessObserver
{
    readonly List<Later> _later = [];

    /// <param name="Process">The instance to stop.</param>
    /// <param name="After">Its dependents, which must be down first.</param>
    /// <param name="Event">The event that stops it.</param>
    sealed record Later(SupervisedProcess Process, List<SupervisedProcess> After, LifecycleEvent Event);

    /// <summary>
    /// Begins to stop the instances; <paramref name="stop"/> is a requested stop, or the daemon's shutdown, which keeps
    /// desired states.
    /// </summary>
    public void Stop(IReadOnlyList<SupervisedProcess> processes, LifecycleEvent stop)
    {
        var dependents = new Dictionary<string, List<SupervisedProcess>>(StringComparer.Ordinal);
        foreach (var process in processes)
            foreach (var dependency in process.Definition.Config.DependsOn ?? [])
                if (process.State.Phase != LifecyclePhase.Stopped)
                    (dependents.TryGetValue(dependency.Name, out var list) ? list : dependents[dependency.Name] = [])
                        .Add(process);
        var now = new List<SupervisedProcess>(processes.Count);
        foreach (var process in processes)
        {
            if (_later.Exists(later => later.Process == process)) continue;
            // An instance without a child is of no use to its dependents, and must not be started again before its turn
            // comes.
            if (!process.State.HasChild || !dependents.TryGetValue(process.Definition.Name, out var after))
            {
                now.Add(process);
                continue;
            }
            _later.Add(new Later(process, after, stop));
            if (stop is LifecycleEvent.StopRequested) process.Handle(new LifecycleEvent.StopIntended());
        }
        foreach (var process in now) process.Handle(stop);
    }

    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (_later.Count > 0 && (!process.State.HasChild || process.State.Desired == DesiredState.Up)) post(Release);
    }

    void Release()
    {
        for (var i = _later.Count - 1; i >= 0; i--)
        {
            var (process, after, stop) = _later[i];
            // An instance that is wanted up again in the meantime is not stopped.
            var isWanted = stop is LifecycleEvent.StopRequested && process.State.Desired == DesiredState.Up;
            if (!isWanted && process.State.HasChild && after.Exists(dependent => !IsDown(dependent, stop))) continue;
            _later.RemoveAt(i);
            if (!isWanted) process.Handle(stop);
        }
    }

    /// <summary>Whether nobody has to wait for the instance any more: it is down, or wanted up again.</summary>
    static bool IsDown(SupervisedProcess process, LifecycleEvent stop) =>
        process.State.Phase == LifecyclePhase.Stopped
            || (stop is LifecycleEvent.StopRequested && process.State.Desired == DesiredState.Up);
}
