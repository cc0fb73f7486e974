namespace Tspm.Supervision.Lifecycle;

/// <summary>
/// Phases and outcomes as the run records spell them, which is the member's own name. Written out, because parsing an
/// enum would add 30 KB of the runtime to the executable.
/// </summary>
internal static class LifecycleNames
{
    static readonly string[] Phases =
    [
        nameof(LifecyclePhase.Stopped), nameof(LifecyclePhase.Spawning), nameof(LifecyclePhase.Starting),
        nameof(LifecyclePhase.Online), nameof(LifecyclePhase.Stopping),
        nameof(LifecyclePhase.Sweeping), nameof(LifecyclePhase.Waiting), nameof(LifecyclePhase.Errored),
        nameof(LifecyclePhase.Held),
    ];

    static readonly string[] Outcomes = [nameof(AfterExit.Stop), nameof(AfterExit.Start), nameof(AfterExit.Retry),
        nameof(AfterExit.GiveUp)];

    public static string NameOf(LifecyclePhase phase) => Phases[(int)phase];

    public static string NameOf(AfterExit outcome) => Outcomes[(int)outcome];

    /// <summary>The phase of this name; null if this version does not know it.</summary>
    public static LifecyclePhase? PhaseOf(string name) =>
        Array.IndexOf(Phases, name) is >= 0 and var index ? (LifecyclePhase)index : null;

    /// <summary>The outcome of this name; null if this version does not know it.</summary>
    public static AfterExit? AfterExitOf(string name) =>
        Array.IndexOf(Outcomes, name) is >= 0 and var index ? (AfterExit)index : null;
}
