using Tspm.Model.State;

namespace Tspm.Supervision.Lifecycle;

/// <summary>What can happen to an instance.</summary>
internal abstract record LifecycleEvent
{
    /// <summary>Someone wants the instance up. Resets the failure count.</summary>
    public sealed record StartRequested(Cause Cause) : LifecycleEvent;

    /// <summary>Someone wants the instance down.</summary>
    public sealed record StopRequested(Cause Cause) : LifecycleEvent;

    /// <summary>Someone wants a new child in place of the current one.</summary>
    public sealed record RestartRequested(Cause Cause) : LifecycleEvent;

    /// <summary>The daemon shuts down: the instance is stopped, but its desired state is kept.</summary>
    /// <param name="By">Who requested the shutdown; null if unknown.</param>
    public sealed record ShutdownRequested(Requester? By = null) : LifecycleEvent;

    /// <param name="AwaitsReady">
    /// Whether there is a readiness probe: the instance is not online before it succeeds.
    /// </param>
    public sealed record SpawnSucceeded(bool AwaitsReady = false) : LifecycleEvent;

    /// <summary>The readiness probe succeeded.</summary>
    public sealed record BecameReady : LifecycleEvent;

    /// <summary>
    /// The running child is unfit: over its memory limit, unhealthy, silent, or not ready in time. This counts as a
    /// failure, as a crash does.
    /// </summary>
    public sealed record FoundUnfit(Cause Cause) : LifecycleEvent;

    /// <summary>The instance is still held, but for another reason: a different dependency is missing.</summary>
    public sealed record HeldBack(Cause Cause) : LifecycleEvent;

    /// <summary>The dependencies of a held instance are ready.</summary>
    public sealed record Released : LifecycleEvent;

    /// <summary>The instance will be stopped once its dependents are down; the desired state changes now.</summary>
    public sealed record StopIntended : LifecycleEvent;

    /// <summary>The instance will be started once that is saved; the desired state changes now.</summary>
    public sealed record StartIntended : LifecycleEvent;

    public sealed record SpawnFailed(SpawnFailure Failure) : LifecycleEvent;

    /// <summary>
    /// An earlier daemon ordered a spawn but died before carrying it out, or the work before the spawn was given up.
    /// </summary>
    public sealed record SpawnAbandoned : LifecycleEvent;

    /// <param name="Status">How the child ended.</param>
    public sealed record ChildExited(ExitStatus Status) : LifecycleEvent
    {
        /// <summary>Some processes of its tree still live.</summary>
        public bool HasLeftovers { get; init; }

        /// <summary>Why the child ended if nobody had asked it to.</summary>
        public Cause Cause { get; init; } = Cause.Ended(Status);
    }

    /// <summary>No leftover process lives any more.</summary>
    public sealed record TreeGone : LifecycleEvent;

    public sealed record StopTimedOut : LifecycleEvent;

    public sealed record BackoffElapsed : LifecycleEvent;

    /// <summary>A new child that is ready has replaced the current one.</summary>
    /// <param name="StartedAtMonotonic">When the new child was started.</param>
    /// <param name="Cause">Why it was replaced.</param>
    public sealed record Replaced(TimeSpan StartedAtMonotonic, Cause Cause) : LifecycleEvent;

    /// <summary>Resets the failure and restart counts.</summary>
    public sealed record ResetRequested : LifecycleEvent;
}
