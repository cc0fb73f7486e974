using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>Forgets a surplus instance once it is stopped.</summary>
internal sealed class SurplusRemover(ProcessTable table, Action<Action> post) : IProcessObserver
{
    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        // Deferred, because the instance is in the middle of a step.
        if (process is { IsSurplus: true, State.Phase: LifecyclePhase.Stopped })
            post(() => table.DropSurplus(process.Key.Id));
    }
}
