namespace Tspm.Supervision.Lifecycle;

// Inside the namespace, so that Starting is the phase and not the room.
using static Tspm.Supervision.Lifecycle.ReplacementAction;
using static Tspm.Supervision.Lifecycle.ReplacementPhase;

/// <summary>
/// The life of the second child that a process has during a reload, as a pure, total function. It is the new one until
/// that is ready; then the two change places, and it is the old one until that is gone.
/// <code>
///           begun with a preStart hook or an envFile
///   Absent ────────────► Preparing ──► prepared ─┐
///    ▲ ▲ │                   │ failed            ▼          ready: change places
///    │ │ └───────────────────│─────────────► Starting ──────────────────────────► Leaving ──┐
///    │ │       begun         │                │ │ │ unwanted (late, cancelled)     ▲  │ timeout: kill
///    │ └─────────────────────┘                │ │ └────────────────────────────────┘  │
///    │        could not be started            │ ▼ exit                                ▼ exit
///    │◄───────────────────────────────────────┘ Sweeping ◄─────────────────────────────┘
///    └────────────────────────────────────────────┘ nothing is left of it
/// </code>
/// Whatever happens to the first child, the second one gets rid of itself: it never waits for anybody in Leaving or
/// Sweeping.
/// </summary>
internal static class ReplacementLifecycle
{
    public static (ReplacementPhase Phase, ReplacementAction Actions) Next(
        ReplacementPhase phase, ReplacementEvent happened) => (phase, happened) switch
        {
            (Absent, ReplacementEvent.BegunWithHook) => (Preparing, RunPreStart),
            (Absent, ReplacementEvent.Begun) => (Starting, Spawn),
            (Preparing, ReplacementEvent.Prepared) => (Starting, Spawn),
            (Preparing, ReplacementEvent.Unwanted) => (Preparing, CancelPreStart),
            (Preparing or Starting, ReplacementEvent.Failed) => (Absent, None),
            (Starting, ReplacementEvent.BecameReady) => (Leaving, ChangePlaces | SendStopSignal),
            (Starting, ReplacementEvent.Unwanted) => (Leaving, SendStopSignal),
            (Starting or Leaving, ReplacementEvent.Exited) => (Sweeping, Sweep),
            (Leaving or Sweeping, ReplacementEvent.StopTimedOut) => (phase, KillTree),
            (Sweeping, ReplacementEvent.TreeGone) => (Absent, None),
            _ => (phase, None),
        };
}

internal enum ReplacementPhase
{
    Absent,

    /// <summary>The preStart hook of the new one runs, or its envFile is being read; it has no child yet.</summary>
    Preparing,

    /// <summary>The new one; not ready yet.</summary>
    Starting,

    /// <summary>The one that is not wanted, old or new: it was asked to end.</summary>
    Leaving,

    /// <summary>It ended; what it left behind is being ended.</summary>
    Sweeping,
}

internal enum ReplacementEvent
{
    Begun,

    /// <summary>A preStart hook has to succeed first, or an envFile has to be read.</summary>
    BegunWithHook,

    /// <summary>The preStart hook succeeded, and the envFile was read.</summary>
    Prepared,

    /// <summary>The preparation failed or was given up, or the child could not be started.</summary>
    Failed,
    BecameReady,

    /// <summary>Not ready in time, or nobody wants it any more.</summary>
    Unwanted,
    Exited,
    StopTimedOut,
    TreeGone,
}

/// <summary>What has to be done after a step, in this order.</summary>
[Flags]
internal enum ReplacementAction
{
    None = 0,

    /// <summary>Give up the preparation, then report <see cref="ReplacementEvent.Failed"/>.</summary>
    CancelPreStart = 1,

    /// <summary>Run the preStart hook and read the envFile, then report how that went.</summary>
    RunPreStart = 2,

    /// <summary>Start the new child; report a failure.</summary>
    Spawn = 4,

    /// <summary>The new child becomes the first, the old one the second.</summary>
    ChangePlaces = 8,
    SendStopSignal = 16,
    KillTree = 32,
    Sweep = 64,
}
