namespace Tspm.Supervision.Lifecycle;

/// <summary>What has to be done after a transition, in this order.</summary>
[Flags]
internal enum LifecycleAction
{
    None = 0,

    /// <summary>Cancel the backoff timer.</summary>
    CancelTimers = 1,

    /// <summary>Arm the backoff timer with <see cref="Transition.Delay"/>.</summary>
    ArmBackoff = 2,

    /// <summary>Send the stop signal and arm the stop timeout.</summary>
    SendStopSignal = 4,

    /// <summary>Send SIGKILL to the child and its process group, or to its leftover processes.</summary>
    KillTree = 8,

    /// <summary>
    /// Give up the work before a spawn, then report <see cref="LifecycleEvent.SpawnAbandoned"/>. The spawn itself
    /// cannot be given up, because it completes at once.
    /// </summary>
    CancelSpawn = 16,

    /// <summary>
    /// Stop leftover processes (<see cref="Process.ChildEnding"/>), then report <see cref="LifecycleEvent.TreeGone"/>.
    /// </summary>
    Sweep = 32,

    /// <summary>Start a child, then report the result.</summary>
    Spawn = 64,
}

/// <summary>The outcome of one step of the lifecycle.</summary>
internal readonly record struct Transition(LifecycleState State, LifecycleAction Actions, TimeSpan Delay = default);
