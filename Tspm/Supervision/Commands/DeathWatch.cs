using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Notices when instances that were just started die. Created and ended on the supervisor's thread.</summary>
internal sealed class DeathWatch
{
    readonly IReadOnlyList<PendingChange> _over;
    readonly List<Task<LifecycleState>> _deaths;

    public DeathWatch(IReadOnlyList<PendingChange> over)
    {
        _over = over;
        _deaths = over.Select(static pending => pending.Process.Life.WhenReached(HasDied)).ToList();
    }

    /// <summary>Completes when every instance has died.</summary>
    public Task AllDead => Task.WhenAll(_deaths);

    /// <summary>Ends the watch and returns the instances' current views, in their original order.</summary>
    public IReadOnlyList<ProcessView> End()
    {
        var views = new ProcessView[_over.Count];
        for (var i = 0; i < views.Length; i++)
        {
            _over[i].Process.Life.Forget(_deaths[i]);
            views[i] = _over[i].Process.View;
        }
        return views;
    }

    /// <summary>
    /// Whether the instance died on its own, even if it has since been started again (a manual start resets the
    /// failures). A stop or restart that someone requested, or a restart because a file changed, does not count as a
    /// death.
    /// </summary>
    public static bool HasDied(LifecycleState state) =>
        state.Failures > 0 || state.Phase is not (LifecyclePhase.Online or LifecyclePhase.Stopping
            or LifecyclePhase.Spawning or LifecyclePhase.Starting);
}
