using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>Acts on changes of processes, on the supervisor's thread. See <see cref="Supervisor.OnChanged"/>.</summary>
internal interface IProcessObserver
{
    /// <summary>The wish for a process or its phase has changed; the child may have.</summary>
    /// <param name="process">As it is now; it may be in the middle of a step.</param>
    /// <param name="before">Its state before; the same as now for a process that was resumed.</param>
    void OnChanged(SupervisedProcess process, LifecycleState before);
}
