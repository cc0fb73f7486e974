using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>
/// What an instance waits for and until when, for those who look at it. The main part is in SupervisedProcess.cs.
/// </summary>
internal sealed partial class SupervisedProcess
{
    string? WaitsFor => _state.Phase switch
    {
        LifecyclePhase.Spawning when _run is { IsPreparing: true } => "its preStart hook",
        LifecyclePhase.Starting when _run?.Ready is { } probe => ProbeText.Subject(probe),
        LifecyclePhase.Sweeping when _hook is not null => "its postStop hook",
        LifecyclePhase.Online when _preparing is not null => "the preStart hook of its new child",
        LifecyclePhase.Online => OfReload(_second),
        _ => null,
    };

    static string? OfReload(SecondChild? second) => second switch
    {
        null => null,
        { Phase: SecondPhase.Starting, Run.Ready: { } probe } => $"its new child: {ProbeText.Subject(probe)}",
        { Phase: SecondPhase.Starting } => "its new child",
        { Problem: null } => "the end of its old child",
        _ => "the end of its new child",
    };

    /// <summary>The child that is asked whether it is ready; of a reload, the new one. Null: none is.</summary>
    Run? ComingRun => _state.Phase == LifecyclePhase.Starting ? _run
        : _second is { Phase: SecondPhase.Starting } second ? second.Run : null;

    /// <summary>See <see cref="ReadinessVigil"/>.</summary>
    TimeSpan? StartLimitAt
    {
        get
        {
            if (ComingRun is not { Ready: not null } run) return null;
            var limit = run.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds;
            var at = run.BeganAt + TimeSpan.FromMilliseconds(limit);
            return run.ExtendedUntil > at ? run.ExtendedUntil : at;
        }
    }

    TimeSpan? KillAt => (_run ?? _ended)?.Ending?.KillAt ?? _second?.Run.Ending?.KillAt;
}
