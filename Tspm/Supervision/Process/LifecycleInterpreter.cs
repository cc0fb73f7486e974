using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>
/// Holds the state of a process and carries out what <see cref="ProcessLifecycle"/> decides: one event at a time, with
/// each transition on record before its effects. Makes no decisions itself.
/// </summary>
internal sealed class LifecycleInterpreter(MachineServices services, IStepHost process)
{
    /// <summary>Events that arrived in the middle of a step; null if there never were any.</summary>
    Queue<LifecycleEvent>? _later;

    readonly StateWaiters _waiters = new();
    bool _isStepping;

    public LifecycleState State { get; private set; } = LifecycleState.New;

    // ---- waiting

    /// <summary>Completes when the state satisfies <paramref name="reached"/>, at once if it already does.</summary>
    public Task<LifecycleState> WhenReached(Func<LifecycleState, bool> reached) => _waiters.Wait(State, reached);

    /// <summary>Cancels a wait of <see cref="WhenReached"/>; its task then never completes.</summary>
    public void Forget(Task<LifecycleState> waiting) => _waiters.Forget(waiting);

    /// <summary>Checks all waits again, because some depend on more than the state.</summary>
    public void RecheckWaiters() => _waiters.Notify(State);

    /// <summary>Completes all waits, because the state will not change any more.</summary>
    public void ReleaseWaiters() => _waiters.Release(State);

    // ---- steps

    /// <summary>Continues from the state of an earlier daemon of this boot; called before any event.</summary>
    public void Restore(LifecycleState state) => State = state;

    /// <summary>Restores the restart count after a reboot; nothing else survives it.</summary>
    public void RestoreOfEarlierBoot(int restarts) =>
        State = State with { Restarts = restarts, Cause = new Cause(CauseCode.Reboot) };

    /// <summary>
    /// Handles one event. When this returns, all effects have been carried out or begun. An event that arrives in the
    /// middle of a step is handled after the step.
    /// </summary>
    public void Handle(LifecycleEvent happened)
    {
        if (_isStepping)
        {
            (_later ??= new Queue<LifecycleEvent>()).Enqueue(happened);
            return;
        }
        _isStepping = true;
        try
        {
            Step(happened);
            while (_later is not null && _later.TryDequeue(out var next)) Step(next);
        }
        finally
        {
            _isStepping = false;
        }
    }

    void Step(LifecycleEvent happened)
    {
        var (before, runBefore) = (State, process.Current);
        var policy = RestartPolicy.From(process.Definition.Config);
        var (state, actions, delay) = ProcessLifecycle.Next(before, happened, policy, services.Timers.Now, Gate);
        State = state;
        if (state.Phase == LifecyclePhase.Online && process.Current is { } online) online.WasOnline = true;
        if (actions.HasFlag(LifecycleAction.CancelTimers)) process.Backoff.Cancel();
        if (actions.HasFlag(LifecycleAction.ArmBackoff)) process.Backoff.Arm(delay);
        if (actions.HasFlag(LifecycleAction.Spawn)) process.MakeCurrent();
        // The exit of a child was recorded before it was reaped; Sweeping needs another record only if it takes time.
        var isNew = state != before || actions != LifecycleAction.None;
        if (isNew && !actions.HasFlag(LifecycleAction.Sweep)) process.Save();
        process.Narrator.ReportStep(before, happened, actions, runBefore);
        CarryOut(actions);
        process.OnStepped();
        process.Publish();
        if (State != before) Announce(before);
    }

    /// <summary>Why the process must not be started yet; null if it may. Called only if it would be started.</summary>
    Cause? Gate() => process.WhyHeld is { } held ? Cause.Observed(CauseCode.Dependency, held) : null;

    void CarryOut(LifecycleAction actions)
    {
        if (actions.HasFlag(LifecycleAction.SendStopSignal)) process.Current!.Ending.SendStopSignal();
        if (actions.HasFlag(LifecycleAction.KillTree)) (process.Current ?? process.Ended)?.EndingSoFar?.Kill();
        if (actions.HasFlag(LifecycleAction.CancelSpawn)) process.Starter.Cancel();
        if (actions.HasFlag(LifecycleAction.Sweep)) process.Ended!.Ending.CleanUp();
        if (actions.HasFlag(LifecycleAction.Spawn)) process.Starter.Start(process.Current!);
    }

    void Announce(LifecycleState before)
    {
        var isSeen = State.Phase is not (LifecyclePhase.Spawning or LifecyclePhase.Sweeping);
        if (isSeen && State.Phase != before.Phase)
            services.Log.LogInformation(
                "{Name} {State}: {Reason}", process.Definition.Name, StateNames.NameOf(State.Observed), State.Reason);
        process.OnChanged(before);
        _waiters.Notify(State);
    }
}
