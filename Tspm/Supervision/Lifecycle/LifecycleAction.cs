namespace Tspm.Supervision.Lifecycle;

/// <summary>What has to be done after a transition, in this order.</summary>
[Flags]
internal enum LifecycleAction
{
    None = 0,

    /// <summary>Cancel the backoff.</summary>
    CancelTimers = 1,

    /// <summary>Arm the backoff timer with <see cref="Transition.Delay"/>.</summary>
    ArmBackoff = 2,

    /// <summary>Send the stop signal and arm the stop timeout.</summary>
    SendStopSignal = 4,

    /// <summary>Send SIGKILL to the child and its process group, or to what it left behind.</summary>
    KillTree = 8,

    /// <summary>
    /// Give up what runs before the spawn, then report <see cref="LifecycleEvent.SpawnForgotten"/>. A spawn itself
    /// cannot be given up: it is over at once.
    /// </summary>
    CancelSpawn = 16,

    /// <summary>
    /// End what the child left behind (<see cref="Process.ChildEnding"/>), then report
    /// <see cref="LifecycleEvent.TreeGone"/>.
    /// </summary>
    Sweep = 32,

    /// <summary>Start a child, then report how that went.</summary>
    Spawn = 64,
}

/// <summary>The outcome of one step of the lifecycle.</summary>
internal readonly record struct Transition(LifecycleState State, LifecycleAction Actions, TimeSpan Delay = default);
