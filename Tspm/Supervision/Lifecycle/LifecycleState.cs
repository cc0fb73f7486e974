using Tspm.Model.State;

namespace Tspm.Supervision.Lifecycle;

/// <summary>
/// Where an instance is. Finer than <see cref="ProcessState"/>: users need not know that a spawn is under way or that
/// leftovers are being removed.
/// </summary>
internal enum LifecyclePhase
{
    /// <summary>No child, none is to come.</summary>
    Stopped,

    /// <summary>A spawn was ordered; its outcome is not known yet.</summary>
    Spawning,

    /// <summary>A child runs, and its readiness probe has not succeeded yet.</summary>
    Starting,

    /// <summary>A child runs; it is ready, if there is a probe for that.</summary>
    Online,

    /// <summary>A child runs and was asked to end.</summary>
    Stopping,

    /// <summary>The child ended; what it left behind is being ended. No new child before that is done.</summary>
    Sweeping,

    /// <summary>No child; the next try is scheduled.</summary>
    Waiting,

    /// <summary>No child; gave up.</summary>
    Errored,

    /// <summary>
    /// No child; to be started when what it depends on is there. Nothing but that, or a stop, ends it: there is no
    /// timer.
    /// </summary>
    Held,
}

/// <summary>What follows once the child and what it left behind are gone.</summary>
internal enum AfterExit
{
    Stop,
    /// <summary>Start at once, because somebody asked for it.</summary>
    Start,
    /// <summary>Start after the backoff.</summary>
    Retry,
    GiveUp,
}

/// <summary>All that the lifecycle knows of one instance. Immutable.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="Desired">What the user wants.</param>
/// <param name="Next">Meaning only in <c>Spawning</c>, <c>Stopping</c> and <c>Sweeping</c>.</param>
/// <param name="Failures">Consecutive failures.</param>
/// <param name="Restarts">Children that followed an earlier one.</param>
/// <param name="ByHand">The spawn under way was asked for by somebody: a failure is final, not retried.</param>
/// <param name="StartedAtMonotonic">When the child was started.</param>
/// <param name="Cause">Of the last change.</param>
internal sealed record LifecycleState(
    LifecyclePhase Phase, DesiredState Desired, AfterExit Next, int Failures, int Restarts, bool ByHand,
        TimeSpan StartedAtMonotonic, Cause Cause)
{
    /// <summary>Reason that is shown while a child that ended by itself is cleaned up after.</summary>
    const string EndingLeftovers = "ending leftover processes";

    /// <summary>When the child ended; meaning only in <c>Sweeping</c>.</summary>
    public TimeSpan EndedAtMonotonic { get; init; }

    /// <summary>The child left living processes behind; meaning only in <c>Sweeping</c>.</summary>
    public bool HasLeftovers { get; init; }

    /// <summary>
    /// A new child follows after its delay, which runs while leftovers of the last one are being ended.
    /// </summary>
    bool IsCleaningUp => Phase == LifecyclePhase.Sweeping && HasLeftovers && Next == AfterExit.Retry;

    /// <summary>The cause in words.</summary>
    public string Reason => CauseText.Of(Cause);

    /// <summary>The reason as users see it: what is being done, as long as it is being done.</summary>
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

    /// <summary>Another child is to come without anybody having to ask for it.</summary>
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
