using Tspm.Model.State;

namespace Tspm.Supervision.Lifecycle;

/// <summary>
/// The phase of an instance. Finer than <see cref="ProcessState"/>: users need not know that a spawn is in progress or
/// that leftover processes are being stopped.
/// </summary>
internal enum LifecyclePhase
{
    /// <summary>No child, and none is to be started.</summary>
    Stopped,

    /// <summary>A spawn was ordered; its outcome is not known yet.</summary>
    Spawning,

    /// <summary>A child runs, but its readiness probe has not succeeded yet.</summary>
    Starting,

    /// <summary>A child runs and is ready, if there is a readiness probe.</summary>
    Online,

    /// <summary>A child runs and has been asked to end.</summary>
    Stopping,

    /// <summary>
    /// The child has ended, and its leftover processes are being stopped. No new child is started before that is done.
    /// </summary>
    Sweeping,

    /// <summary>No child; the next attempt is scheduled.</summary>
    Waiting,

    /// <summary>No child; Tspm gave up.</summary>
    Errored,

    /// <summary>
    /// No child; the instance starts when its dependencies are ready. Only that or a stop ends the phase: there is no
    /// timer.
    /// </summary>
    Held,
}

/// <summary>What follows once the child and its leftover processes are gone.</summary>
internal enum AfterExit
{
    Stop,
    /// <summary>Start at once, because someone requested it.</summary>
    Start,
    /// <summary>Start after the backoff.</summary>
    Retry,
    GiveUp,
}

/// <summary>The lifecycle's knowledge of one instance. Immutable.</summary>
/// <param name="Phase">The current phase.</param>
/// <param name="Desired">What the user wants.</param>
/// <param name="Next">Meaningful only in <c>Spawning</c>, <c>Stopping</c> and <c>Sweeping</c>.</param>
/// <param name="Failures">Consecutive failures.</param>
/// <param name="Restarts">Children that followed an earlier one.</param>
/// <param name="ByHand">
/// Whether someone requested the spawn in progress: then a failure is final and not retried.
/// </param>
/// <param name="StartedAtMonotonic">When the child was started.</param>
/// <param name="Cause">The cause of the last change.</param>
internal sealed record LifecycleState(
    LifecyclePhase Phase, DesiredState Desired, AfterExit Next, int Failures, int Restarts, bool ByHand,
        TimeSpan StartedAtMonotonic, Cause Cause)
{
    /// <summary>The reason shown while the leftovers of a child that ended on its own are being stopped.</summary>
    const string EndingLeftovers = "ending leftover processes";

    /// <summary>When the child ended; meaningful only in <c>Sweeping</c>.</summary>
    public TimeSpan EndedAtMonotonic { get; init; }

    /// <summary>The child left living processes behind; meaningful only in <c>Sweeping</c>.</summary>
    public bool HasLeftovers { get; init; }

    /// <summary>
    /// A new child follows after a delay, which already runs while the leftovers of the last one are being stopped.
    /// </summary>
    bool IsCleaningUp => Phase == LifecyclePhase.Sweeping && HasLeftovers && Next == AfterExit.Retry;

    /// <summary>The cause as a sentence.</summary>
    public string Reason => CauseText.Describe(Cause);

    /// <summary>The reason as users see it, including work in progress.</summary>
    public string ShownReason => IsCleaningUp ? EndingLeftovers : Reason;

    public static readonly LifecycleState New = new(LifecyclePhase.Stopped, DesiredState.Down, AfterExit.Stop, 0, 0,
        false, default, Cause.None);

    public ProcessState Observed => Phase switch
    {
        LifecyclePhase.Spawning or LifecyclePhase.Starting => ProcessState.Starting,
        LifecyclePhase.Online => ProcessState.Online,
        LifecyclePhase.Sweeping when IsCleaningUp => ProcessState.Waiting,
        LifecyclePhase.Stopping or LifecyclePhase.Sweeping => ProcessState.Stopping,
        LifecyclePhase.Waiting or LifecyclePhase.Held => ProcessState.Waiting,
        LifecyclePhase.Errored => ProcessState.Errored,
        _ => ProcessState.Stopped,
    };

    /// <summary>A child will be started without anyone having to request it.</summary>
    public bool WillStart => Phase switch
    {
        LifecyclePhase.Spawning or LifecyclePhase.Waiting or LifecyclePhase.Held => true,
        LifecyclePhase.Stopping or LifecyclePhase.Sweeping => Next is AfterExit.Start or AfterExit.Retry,
        _ => false,
    };

    /// <summary>A child exists or is about to.</summary>
    public bool HasChild =>
        Phase is LifecyclePhase.Spawning or LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping;
}
