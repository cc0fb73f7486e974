using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>
/// Reacts to changes of processes, on the supervisor's thread. See <see cref="Supervisor.OnChanged"/>.
/// </summary>
internal interface IProcessObserver
{
    /// <summary>
    /// Called when the desired state or the phase of a process has changed; the child may have changed too.
    /// </summary>
    /// <param name="process">The process in its current state; it may be in the middle of a step.</param>
    /// <param name="before">The previous state; equal to the current one for a process that was resumed.</param>
    void OnChanged(SupervisedProcess process, LifecycleState before);
}
