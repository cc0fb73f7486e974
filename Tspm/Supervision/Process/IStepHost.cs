using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by the <see cref="LifecycleInterpreter"/>: the target of its actions.</summary>
internal interface IStepHost : IChildHost
{
    BackoffTimer Backoff { get; }

    ChildStarter Starter { get; }

    /// <summary>Why the process must not be started yet; null if it may.</summary>
    string? WhyHeld { get; }

    /// <summary>See <see cref="SupervisedProcess.MakeCurrent"/>.</summary>
    void MakeCurrent();

    /// <summary>Called after a step, for the replacement.</summary>
    void OnStepped();

    /// <summary>Called when the state has changed.</summary>
    void OnChanged(LifecycleState before);
}
