using Tspm.Model.State;

namespace Tspm.Supervision.Lifecycle;

/// <summary>What can happen to an instance.</summary>
internal abstract record LifecycleEvent
{
    /// <summary>Somebody wants it up. Clears the count of failures.</summary>
    public sealed record StartRequested(Cause Cause) : LifecycleEvent;

    /// <summary>Somebody wants it down.</summary>
    public sealed record StopRequested(Cause Cause) : LifecycleEvent;

    /// <summary>Somebody wants a new child in place of the present one.</summary>
    public sealed record RestartRequested(Cause Cause) : LifecycleEvent;

    /// <summary>The daemon goes away: down, but the user's wish stays.</summary>
    /// <param name="By">Who asked for it; null: not known.</param>
    public sealed record ShutdownRequested(Requester? By = null) : LifecycleEvent;

    /// <param name="AwaitsReady">A readiness probe is set: it is not online before that succeeds.</param>
    public sealed record SpawnSucceeded(bool AwaitsReady = false) : LifecycleEvent;

    /// <summary>The readiness probe succeeded.</summary>
    public sealed record BecameReady : LifecycleEvent;

    /// <summary>
    /// The child runs and is of no use: over its memory limit, unhealthy, silent, or not ready in time. It counts as a
    /// failure, as a crash does.
    /// </summary>
    public sealed record FoundUnfit(Cause Cause) : LifecycleEvent;

    /// <summary>
    /// It is held back, for another reason than before: something else that it depends on is missing.
    /// </summary>
    public sealed record HeldBack(Cause Cause) : LifecycleEvent;

    /// <summary>What it depends on is there.</summary>
    public sealed record Freed : LifecycleEvent;

    /// <summary>It will be stopped as soon as what depends on it is down: the wish counts from now on.</summary>
    public sealed record StopIntended : LifecycleEvent;

    /// <summary>It will be started as soon as that is on disk: the wish counts from now on.</summary>
    public sealed record StartIntended : LifecycleEvent;

    public sealed record SpawnFailed(SpawnFailure Failure) : LifecycleEvent;

    /// <summary>
    /// An earlier daemon ordered a spawn and died before it came to that, or what ran before the spawn was given up.
    /// </summary>
    public sealed record SpawnForgotten : LifecycleEvent;

    /// <param name="Status">How.</param>
    public sealed record ChildExited(ExitStatus Status) : LifecycleEvent
    {
        /// <summary>Living processes remain of its tree.</summary>
        public bool HasLeftovers { get; init; }

        /// <summary>Why, should nobody have asked it to end.</summary>
        public Cause Cause { get; init; } = Cause.Ended(Status);
    }

    /// <summary>Nothing that the child left behind lives any more.</summary>
    public sealed record TreeGone : LifecycleEvent;

    public sealed record StopTimedOut : LifecycleEvent;

    public sealed record BackoffElapsed : LifecycleEvent;

    /// <summary>Another child, which is ready, has taken the place of the present one.</summary>
    /// <param name="StartedAtMonotonic">When the new one was started.</param>
    /// <param name="Cause">Why.</param>
    public sealed record Replaced(TimeSpan StartedAtMonotonic, Cause Cause) : LifecycleEvent;

    /// <summary>Forget failures and restarts.</summary>
    public sealed record ResetRequested : LifecycleEvent;
}
