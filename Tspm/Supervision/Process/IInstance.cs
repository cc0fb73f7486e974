using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by its parts: its state, and where to report events.</summary>
internal interface IInstance : IRunHost
{
    string DisplayName { get; }

    LifecycleState State { get; }

    /// <summary>See <see cref="SupervisedProcess.IsForgotten"/>.</summary>
    bool IsForgotten { get; }

    /// <summary>The current run; null if there is none.</summary>
    ChildRun? Current { get; }

    /// <summary>The run whose child ended last.</summary>
    ChildRun? Ended { get; }

    /// <summary>The run described by the run record.</summary>
    ChildRun? RecordedRun { get; }

    /// <summary>The reload in progress; null if there is none.</summary>
    IReplacementState? Replacing { get; }

    /// <summary>The number of the newest run; 0 if it never ran.</summary>
    ulong LastRun { get; }

    /// <summary>The renaming of its log files in progress; null if there is none.</summary>
    Task? LogsMove { get; }

    /// <summary>Monotonic time of the next start; null if none is scheduled.</summary>
    TimeSpan? NextStartAtMonotonic { get; }

    ManualSignal ManualSignal { get; }

    ISpawnPlans Plans { get; }

    /// <summary>See <see cref="SupervisedProcess.Handle"/>.</summary>
    void Handle(LifecycleEvent happened);

    /// <summary>See <see cref="ViewPublisher.SetProbeAnswer"/>.</summary>
    void SetProbeAnswer(bool? health, string? problem);
}
