using static Tspm.Supervision.SecondAction;
using static Tspm.Supervision.SecondPhase;

namespace Tspm.Supervision;

/// <summary>
/// The life of the second child that an instance has during a reload, as a pure, total function. It is the new one until that is ready; then the two change places, and it is the old one until that is gone.
/// <code>
///            begun             ready: change places
///   Absent ────────► Starting ──────────────────────► Leaving ──┐
///     ▲                 │ │ unwanted (late, cancelled)    ▲  │ timeout: kill
///     │                 │ └───────────────────────────────┘  │
///     │                 ▼ exit                               ▼ exit
///     └───────────── Sweeping ◄──────────────────────────────┘
///        nothing is left of it
/// </code>
/// Whatever happens to the first child, the second one gets rid of itself: it never waits for anybody in Leaving or Sweeping.
/// </summary>
internal static class SecondLifecycle
{
    public static (SecondPhase Phase, SecondAction Actions) Next(SecondPhase phase, SecondEvent happened) => (phase, happened) switch
    {
        (Absent, SecondEvent.Begun) => (Starting, None),
        (Starting, SecondEvent.BecameReady) => (Leaving, ChangePlaces | SendStopSignal),
        (Starting, SecondEvent.Unwanted) => (Leaving, SendStopSignal),
        (Starting or Leaving, SecondEvent.Exited) => (Sweeping, Sweep),
        (Leaving or Sweeping, SecondEvent.StopTimedOut) => (phase, KillTree),
        (Sweeping, SecondEvent.TreeGone) => (Absent, None),
        _ => (phase, None),
    };
}

internal enum SecondPhase
{
    Absent,

    /// <summary>The new one; not ready yet.</summary>
    Starting,

    /// <summary>The one that is not wanted, old or new: it was asked to end.</summary>
    Leaving,

    /// <summary>It ended; what it left behind is being ended.</summary>
    Sweeping,
}

internal enum SecondEvent
{
    Begun,
    BecameReady,

    /// <summary>Not ready in time, or nobody wants it any more.</summary>
    Unwanted,
    Exited,
    StopTimedOut,
    TreeGone,
}

/// <summary>What has to be done after a step, in this order.</summary>
[Flags]
internal enum SecondAction
{
    None = 0,

    /// <summary>The new child becomes the first, the old one the second.</summary>
    ChangePlaces = 1,
    SendStopSignal = 2,
    KillTree = 4,
    Sweep = 8,
}
