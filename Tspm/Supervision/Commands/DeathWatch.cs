using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Watches over instances that were just started. Begun and ended on the supervisor's thread.</summary>
internal sealed class DeathWatch
{
    readonly IReadOnlyList<PendingChange> _over;
    readonly List<Task<LifecycleState>> _deaths;

    public DeathWatch(IReadOnlyList<PendingChange> over)
    {
        _over = over;
        _deaths = over.Select(static pending => pending.Cell.Life.WhenReached(HasDied)).ToList();
    }

    /// <summary>Completes when all have died.</summary>
    public Task AllDead => Task.WhenAll(_deaths);

    /// <summary>How they are by now, in the order in which they were given.</summary>
    public IReadOnlyList<ProcessView> End()
    {
        var views = new ProcessView[_over.Count];
        for (var i = 0; i < views.Length; i++)
        {
            _over[i].Cell.Life.Forget(_deaths[i]);
            views[i] = _over[i].Cell.View;
        }
        return views;
    }

    /// <summary>
    /// By itself: also when it has been started again since, because a manual start begins with no failures. Somebody
    /// else's stop or restart, or one because a file has changed, is not its death.
    /// </summary>
    public static bool HasDied(LifecycleState state) =>
        state.Failures > 0 || state.Phase is not (LifecyclePhase.Online or LifecyclePhase.Stopping
            or LifecyclePhase.Spawning or LifecyclePhase.Starting);
}
