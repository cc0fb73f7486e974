using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>Saves the desired state of a process whenever it changes.</summary>
internal sealed class DesiredStateSaver(Commits commits) : IProcessObserver
{
    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (process.State.Desired != before.Desired) _ = commits.Save();
    }
}
