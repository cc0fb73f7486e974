using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>An instance of a process as its parts see it: how it is, and whom to tell what happens to it.</summary>
internal interface IInstance : IRunHost
{
    string DisplayName { get; }

    LifecycleState State { get; }

    /// <summary>See <see cref="SupervisedProcess.IsForgotten"/>.</summary>
    bool IsForgotten { get; }

    /// <summary>The present run; null: there is none.</summary>
    ChildRun? Current { get; }

    /// <summary>The run whose child ended last.</summary>
    ChildRun? Ended { get; }

    /// <summary>The run of which the record tells.</summary>
    ChildRun? RecordedRun { get; }

    /// <summary>Not null: it is being reloaded.</summary>
    IReplacementState? Replacing { get; }

    /// <summary>Number of its newest run; 0: it never ran.</summary>
    ulong LastRun { get; }

    /// <summary>Not null: its log files are being renamed, until the task completes.</summary>
    Task? LogsMove { get; }

    /// <summary>Monotonic time of the next start; null: none is waited for.</summary>
    TimeSpan? NextStartAtMonotonic { get; }

    ManualSignal ManualSignal { get; }

    ISpawnPlans Plans { get; }

    /// <summary>See <see cref="SupervisedProcess.Handle"/>.</summary>
    void Handle(LifecycleEvent happened);

    /// <summary>See <see cref="ViewPublisher.SetProbeAnswer"/>.</summary>
    void SetProbeAnswer(bool? health, string? problem);
}
