using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>What is wanted up is on disk, whoever changed it.</summary>
internal sealed class WishSaver(Commits commits) : IProcessObserver
{
    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        if (process.State.Desired != before.Desired) _ = commits.Save();
    }
}
