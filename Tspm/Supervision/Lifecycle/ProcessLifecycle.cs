using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Supervision.Lifecycle;

// Inside the namespace, so that Starting means the phase and not the namespace.
using static Tspm.Supervision.Lifecycle.AfterExit;
using static Tspm.Supervision.Lifecycle.LifecycleAction;
using static Tspm.Supervision.Lifecycle.LifecyclePhase;

/// <summary>
/// The lifecycle of one instance as a pure, total function: (state, event, policy, now, gate) → (state, actions). It
/// has no clock, no lock and no system calls, so that a test can check every combination of state and event.
/// <code>
///              start               spawned              ready          stop, restart, unfit   exit
///   Stopped ───────────► Spawning ─────────► Starting ─────────► Online ────────────► Stopping ──┐
///     ▲  ▲                 ▲  │ failed           │ (skipped without a probe)              │ timeout: kill
///     │  │                 │  │                  └───────┬─────────┘                      │       │
///     │  │ stop            │  ▼                          ▼ exit                           │       │
///     │  └── Waiting ──────┘ Waiting/Errored       Sweeping ◄──────────────────────┴──────────┘
///     │       ▲   backoff                             │ no leftovers
///     └───────┴───────────────────────────────────────┴──► Stopped | Spawning | Waiting | Errored
/// </code>
/// The preStart hook runs in Spawning, the postStop hook in Sweeping.
/// Every Spawning has a gate in front of it: the dependencies of the process. A shut gate leads to Held instead; when
/// it opens (Released), the spawn is ordered again.
/// Sweeping stops leftover processes. The timeout of Stopping keeps running there and kills whatever remains.
/// Three rules hold in every phase. A spawn is ordered only when no child and no leftover process exists. A user's
/// request changes <c>Desired</c>; the daemon's shutdown does not. An event without meaning in a phase changes nothing.
/// </summary>
internal static class ProcessLifecycle
{
    /// <param name="state">The current state.</param>
    /// <param name="happened">The event.</param>
    /// <param name="policy">What follows the end of a child.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="gate">Why the instance must not be started now, or null. Called only if it would be.</param>
    public static Transition Next(
        LifecycleState state, LifecycleEvent happened, RestartPolicy policy, TimeSpan now, Func<Cause?>? gate = null)
    {
        var next = WithOpenGate(state, happened, policy, now);
        return next.Actions.HasFlag(Spawn) && gate?.Invoke() is { } shut ? HeldBack(next, shut) : next;
    }

    /// <summary>Holds back a spawn because the gate is shut.</summary>
    static Transition HeldBack(Transition next, Cause gate) =>
        next with { State = next.State with { Phase = Held, Cause = gate }, Actions = next.Actions & ~Spawn };

    static Transition WithOpenGate(
        LifecycleState state, LifecycleEvent happened, RestartPolicy policy, TimeSpan now) => happened switch
        {
            LifecycleEvent.StartRequested start => OnStart(state, start.Cause),
            LifecycleEvent.StopRequested stop => OnStop(state with { Desired = DesiredState.Down }, stop.Cause),
            LifecycleEvent.ShutdownRequested down => OnStop(state, new Cause(CauseCode.Shutdown) { By = down.By }),
            LifecycleEvent.RestartRequested restart => OnRestart(state, restart.Cause),
            LifecycleEvent.SpawnSucceeded spawned => OnSpawned(state, spawned.AwaitsReady, now),
            LifecycleEvent.BecameReady => Same(state.Phase == Starting ? state with { Phase = Online } : state),
            LifecycleEvent.FoundUnfit unfit => OnUnfit(state, unfit.Cause, policy, now),
            LifecycleEvent.HeldBack held => Same(state.Phase == Held ? state with { Cause = held.Cause } : state),
            LifecycleEvent.Released =>
                state.Phase == Held ? Spawning(state with { Cause = new Cause(CauseCode.Dependency) }) : Same(state),
            // An instance that is to be stopped is not started again first, even if a dying daemon never sends the
            // stop.
            LifecycleEvent.StopIntended => Same(state with
            {
                Desired = DesiredState.Down,
                Next = state.Phase is Stopping or Sweeping ? AfterExit.Stop : state.Next,
            }),
            LifecycleEvent.StartIntended => Same(state with { Desired = DesiredState.Up }),
            LifecycleEvent.SpawnFailed failed => OnSpawnFailed(state, failed.Failure, policy),
            LifecycleEvent.SpawnAbandoned => OnSpawnAbandoned(state),
            LifecycleEvent.ChildExited exited => OnExited(state, exited, policy, now),
            LifecycleEvent.TreeGone => OnTreeGone(state, policy, now),
            LifecycleEvent.StopTimedOut => state.Phase is Stopping or Sweeping ? new(state, KillTree) : Same(state),
            LifecycleEvent.BackoffElapsed =>
                state.Phase == Waiting ? Spawning(state with { Restarts = state.Restarts + 1 }) : Same(state),
            LifecycleEvent.Replaced replaced => Same(state.Phase == Online
                ? state with
                {
                    StartedAtMonotonic = replaced.StartedAtMonotonic,
                    Restarts = state.Restarts + 1,
                    Failures = 0,
                    Cause = replaced.Cause,
                } : state),
            LifecycleEvent.ResetRequested => Same(state with { Failures = 0, Restarts = 0 }),
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "an event without a row"),
        };

    static Transition OnStart(LifecycleState state, Cause cause)
    {
        var wanted = state with { Desired = DesiredState.Up };
        return state.Phase switch
        {
            Stopped or Errored or Held => Spawning(wanted with { Failures = 0, ByHand = true, Cause = cause }),
            Waiting =>
                Spawning(wanted with { Failures = 0, ByHand = true, Restarts = state.Restarts + 1, Cause = cause },
                    CancelTimers),
            Stopping or Sweeping => Same(wanted with { Next = Start, Failures = 0, Cause = cause }),
            LifecyclePhase.Spawning => Same(wanted with { Next = Start }),
            _ => Same(wanted),
        };
    }

    static Transition OnStop(LifecycleState state, Cause cause) => state.Phase switch
    {
        Stopped => Same(state with { Next = Stop }),
        Errored => Same(state with { Phase = Stopped, Next = Stop, Failures = 0, Cause = cause }),
        Held => Same(state with { Phase = Stopped, Next = Stop, Failures = 0, ByHand = false, Cause = cause }),
        Waiting => new(state with { Phase = Stopped, Next = Stop, Failures = 0, Cause = cause }, CancelTimers),
        Starting or Online => new(state with { Phase = Stopping, Next = Stop, Cause = cause }, SendStopSignal),
        LifecyclePhase.Spawning => new(state with { Next = Stop, Cause = cause }, CancelSpawn),
        _ => Same(state with { Next = Stop, Cause = cause }),
    };

    static Transition OnRestart(LifecycleState state, Cause cause)
    {
        var wanted = state with { Desired = DesiredState.Up };
        return state.Phase switch
        {
            Starting or Online =>
                new(wanted with { Phase = Stopping, Next = Start, Failures = 0, Cause = cause }, SendStopSignal),
            _ => OnStart(state, cause),
        };
    }

    static Transition OnSpawned(LifecycleState state, bool awaitsReady, TimeSpan now)
    {
        if (state.Phase != LifecyclePhase.Spawning) return Same(state);
        var running = state with { Phase = awaitsReady ? Starting : Online, StartedAtMonotonic = now, ByHand = false };
        return state.Next == Stop ? new(running with { Phase = Stopping }, SendStopSignal) : Same(running);
    }

    static Transition OnSpawnFailed(LifecycleState state, SpawnFailure failure, RestartPolicy policy)
    {
        if (state.Phase != LifecyclePhase.Spawning) return Same(state);
        if (state.Next == Stop) return Same(state with { Phase = Stopped, ByHand = false });
        var failed = state with { Failures = state.Failures + 1, ByHand = false };
        var cause = new Cause(CauseCode.Spawn) { Detail = failure.Sentence };
        // A program that cannot be executed is tried again only where a crash would be followed by a restart.
        var isFinal = !failure.IsTransient && (state.ByHand || policy.Mode == RestartMode.Never);
        if (isFinal) return Same(failed with { Phase = Errored, Cause = cause });
        return failed.Failures >= policy.MaxConsecutive
            ? Same(failed with { Phase = Errored, Cause = GaveUp(cause, failed.Failures) })
            : Wait(failed with { Cause = cause }, policy, Backoff.AfterFailedSpawn);
    }

    /// <summary>No spawn happened, and the instance is not to blame. The order stands and was counted.</summary>
    static Transition OnSpawnAbandoned(LifecycleState state)
    {
        if (state.Phase != LifecyclePhase.Spawning) return Same(state);
        return state.Next == Stop ? Same(state with { Phase = Stopped, ByHand = false }) : Spawning(state);
    }

    /// <summary>
    /// A stop's timeout keeps running, because it covers leftover processes as well. An exit while Spawning is one of a
    /// child that was never known to run (see <see cref="Recovery.EndedChild.Unidentified"/>).
    /// </summary>
    static Transition OnExited(
        LifecycleState state, LifecycleEvent.ChildExited exited, RestartPolicy policy, TimeSpan now)
    {
        if (state.Phase is not (LifecyclePhase.Spawning or Starting or Online or Stopping)) return Same(state);
        var wasAsked = state is { Phase: Stopping } or { Phase: LifecyclePhase.Spawning, Next: Stop };
        var next = wasAsked ? state : AfterUnasked(state, exited, policy, now);
        var ended = next with { EndedAtMonotonic = now, HasLeftovers = exited.HasLeftovers, ByHand = false };
        return new(ended with { Phase = Sweeping }, Sweep);
    }

    /// <summary>Applies the restart policy to a child that ended on its own.</summary>
    static LifecycleState AfterUnasked(
        LifecycleState state, LifecycleEvent.ChildExited exited, RestartPolicy policy, TimeSpan now)
    {
        if (WhyDown(exited.Status, state, policy) is { } outcome)
        {
            var cause = exited.Cause with { Outcome = outcome };
            return state with { Desired = DesiredState.Down, Next = Stop, Failures = 0, Cause = cause };
        }
        return AfterFailure(state, exited.Cause, policy, now);
    }

    static LifecycleState AfterFailure(LifecycleState state, Cause cause, RestartPolicy policy, TimeSpan now)
    {
        // A child that never became ready counts as failed, however long it ran.
        var lived = state.Phase == Online && now - state.StartedAtMonotonic >= policy.MinUptime;
        var failures = lived ? 1 : state.Failures + 1;
        return failures >= policy.MaxConsecutive
            ? state with { Next = GiveUp, Failures = failures, Cause = GaveUp(cause, failures) }
            : state with { Next = Retry, Failures = failures, Cause = cause };
    }

    /// <summary>Stops an unfit child gracefully; what follows is the same as after a crash.</summary>
    static Transition OnUnfit(LifecycleState state, Cause cause, RestartPolicy policy, TimeSpan now)
    {
        if (state.Phase is not (Starting or Online)) return Same(state);
        var outcome = state.Desired == DesiredState.Down ? PolicyDecision.StopPending
            : policy.Mode == RestartMode.Never ? PolicyDecision.NeverRestarted : null;
        var after = outcome is null ? AfterFailure(state, cause, policy, now) : state with
        {
            Desired = DesiredState.Down,
            Next = Stop,
            Failures = 0,
            Cause = cause with { Outcome = outcome },
        };
        return new(after with { Phase = Stopping }, SendStopSignal);
    }

    /// <summary>Why no new child follows one that ended on its own; null if one follows or Tspm gives up.</summary>
    static string? WhyDown(ExitStatus status, LifecycleState state, RestartPolicy policy)
    {
        // Its stop was waiting for its dependents: do not start a new child against the desired state.
        if (state.Desired == DesiredState.Down) return PolicyDecision.StopPending;
        if (policy.IsStopExitCode(status.Code)) return PolicyDecision.StopExitCode;
        if (policy.Mode == RestartMode.Never) return PolicyDecision.NeverRestarted;
        return policy.Mode == RestartMode.OnFailure && status.IsSuccess ? PolicyDecision.NoFailure : null;
    }

    static Cause GaveUp(Cause cause, int failures) =>
        cause with { Outcome = PolicyDecision.GaveUp, Failures = failures };

    static Transition OnTreeGone(LifecycleState state, RestartPolicy policy, TimeSpan now)
    {
        if (state.Phase != Sweeping) return Same(state);
        var gone = state with { EndedAtMonotonic = default, HasLeftovers = false };
        return state.Next switch
        {
            Start => Spawning(gone with { Restarts = state.Restarts + 1, ByHand = true }),
            // The delay counts from the end of the child: stopping its leftovers does not prolong it.
            Retry => Wait(gone, policy, passed: now - state.EndedAtMonotonic),
            GiveUp => Same(gone with { Phase = Errored }),
            _ => Same(gone with { Phase = Stopped }),
        };
    }

    /// <summary>Waits for the next attempt, or spawns at once if there is no delay.</summary>
    static Transition Wait(
        LifecycleState state, RestartPolicy policy, TimeSpan atLeast = default, TimeSpan passed = default)
    {
        var delay = Backoff.Delay(policy, state.Failures);
        if (delay < atLeast) delay = atLeast;
        delay -= passed;
        return delay > TimeSpan.Zero
            ? new(state with { Phase = Waiting }, ArmBackoff, delay)
            : Spawning(state with { Restarts = state.Restarts + 1 });
    }

    static Transition Spawning(LifecycleState state, LifecycleAction first = None) =>
        new(state with { Phase = LifecyclePhase.Spawning, Next = Start }, first | Spawn);

    static Transition Same(LifecycleState state) => new(state, None);
}
