using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>An instance as the <see cref="LifecycleInterpreter"/> sees it: whom its actions are for.</summary>
internal interface IStepHost : IChildHost
{
    BackoffTimer Backoff { get; }

    ChildStarter Starter { get; }

    /// <summary>Why the process must not be started yet; null: it may.</summary>
    string? WhyHeld { get; }

    /// <summary>See <see cref="SupervisedProcess.MakeCurrent"/>.</summary>
    void MakeCurrent();

    /// <summary>A step has been carried out; the replacement has to know.</summary>
    void OnStepped();

    /// <summary>The state is another one.</summary>
    void OnChanged(LifecycleState before);
}
