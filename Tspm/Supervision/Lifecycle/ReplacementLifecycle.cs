namespace Tspm.Supervision.Lifecycle;

// Inside the namespace, so that Starting means the phase and not the namespace.
using static Tspm.Supervision.Lifecycle.ReplacementAction;
using static Tspm.Supervision.Lifecycle.ReplacementPhase;

/// <summary>
/// The lifecycle of the second child that a process has during a reload, as a pure, total function. The second child is
/// the new one until that is ready and is promoted; from then on it is the old one, until that is gone.
/// <code>
///           begun with a preStart hook or an envFile
///   Absent ────────────► Preparing ──► prepared ─┐
///    ▲ ▲ │                   │ failed            ▼          ready: promoted
///    │ │ └───────────────────│─────────────► Starting ──────────────────────────► Leaving ──┐
///    │ │       begun         │                │ │ │ abandoned (late, cancelled)    ▲  │ timeout: kill
///    │ └─────────────────────┘                │ │ └────────────────────────────────┘  │
///    │        could not be started            │ ▼ exit                                ▼ exit
///    │◄───────────────────────────────────────┘ Sweeping ◄─────────────────────────────┘
///    └────────────────────────────────────────────┘ no leftovers
/// </code>
/// The second child always ends, whatever happens to the current one: it waits for nothing in Leaving and Sweeping.
/// </summary>
internal static class ReplacementLifecycle
{
    public static (ReplacementPhase Phase, ReplacementAction Actions) Next(
        ReplacementPhase phase, ReplacementEvent happened) => (phase, happened) switch
        {
            (Absent, ReplacementEvent.BegunWithPreparation) => (Preparing, Prepare),
            (Absent, ReplacementEvent.Begun) => (Starting, Spawn),
            (Preparing, ReplacementEvent.Prepared) => (Starting, Spawn),
            (Preparing, ReplacementEvent.Abandoned) => (Preparing, CancelPreparation),
            (Preparing or Starting, ReplacementEvent.Failed) => (Absent, None),
            (Starting, ReplacementEvent.BecameReady) => (Leaving, Promote | SendStopSignal),
            (Starting, ReplacementEvent.Abandoned) => (Leaving, SendStopSignal),
            (Starting or Leaving, ReplacementEvent.Exited) => (Sweeping, Sweep),
            (Leaving or Sweeping, ReplacementEvent.StopTimedOut) => (phase, KillTree),
            (Sweeping, ReplacementEvent.TreeGone) => (Absent, None),
            _ => (phase, None),
        };
}

internal enum ReplacementPhase
{
    Absent,

    /// <summary>
    /// The new child's preStart hook runs, or its envFile is being read; there is no second child yet.
    /// </summary>
    Preparing,

    /// <summary>The new child runs but is not ready yet.</summary>
    Starting,

    /// <summary>The unwanted child, old or new, has been asked to end.</summary>
    Leaving,

    /// <summary>The unwanted child has ended, and its leftover processes are being stopped.</summary>
    Sweeping,
}

internal enum ReplacementEvent
{
    Begun,

    /// <summary>A preStart hook has to succeed, or an envFile has to be read, before the spawn.</summary>
    BegunWithPreparation,

    /// <summary>The preStart hook has succeeded, and the envFile has been read.</summary>
    Prepared,

    /// <summary>The preparation failed or was cancelled, or the child could not be started.</summary>
    Failed,
    BecameReady,

    /// <summary>The new child was not ready in time, or is no longer wanted.</summary>
    Abandoned,
    Exited,
    StopTimedOut,
    TreeGone,
}

/// <summary>What has to be done after a step, in this order.</summary>
[Flags]
internal enum ReplacementAction
{
    None = 0,

    /// <summary>Cancel the preparation, then report <see cref="ReplacementEvent.Failed"/>.</summary>
    CancelPreparation = 1,

    /// <summary>Run the preStart hook and read the envFile, then report the result.</summary>
    Prepare = 2,

    /// <summary>Start the new child; report a failure.</summary>
    Spawn = 4,

    /// <summary>Make the new child the current one, and the old child the second one.</summary>
    Promote = 8,
    SendStopSignal = 16,
    KillTree = 32,
    Sweep = 64,
}
