using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// One instance of a process and its at most one child (two during a reload, see
/// <see cref="Tspm.Supervision.Process.Replacement"/>):
/// carries out what <see cref="ProcessLifecycle"/> decides. Lives on the supervisor's thread; only <see cref="View"/>
/// may be read from others. It owns objects, each with one subject: the present run (<see cref="ChildRun"/>), the
/// journal that outlives the daemon, the narrator that reports, the facts of its runs.
/// </summary>
internal sealed class SupervisedProcess : IStepHost, IReplacementHost, IViewHost
{
    readonly SupervisionServices _services;
    readonly PresentChild _present;

    public SupervisedProcess(
        SupervisionServices services, InstanceKey key, ProcessDefinition definition,
        Func<ProcessDefinition, IReadOnlyDictionary<string, string>> environmentOf,
        Func<ProcessDefinition, IReadOnlyDictionary<string, string>?> unsavedEnvironment)
    {
        (_services, Key, Definition) = (services, key, definition);
        Journal = new RunJournal(services, this, unsavedEnvironment);
        Runs = new ChildRunFactory(services, this, environmentOf);
        Trees = new RunTrees(this);
        Facts = new ProcessFacts(services, this);
        Narrator = new ProcessNarrator(services, this);
        Starter = new ChildStarter(services, this);
        _present = new PresentChild(services, this);
        Hook = new BlockingHook(services, this);
        Life = new LifecycleInterpreter(services, this);
        Published = new ViewPublisher(services, this);
        Backoff = new BackoffTimer(services.Timers, this);
        View = Published.Make();
    }

    public InstanceKey Key { get; }

    /// <summary>Changes by <see cref="Redefine"/> only; a running child keeps what it was started with.</summary>
    public ProcessDefinition Definition { get; private set; }

    /// <summary>The definition has fewer instances by now: this one is stopped, then forgotten.</summary>
    public bool IsSurplus => Key.Instance >= Definition.Instances;

    /// <summary>Its name, with the number of the instance when there are several.</summary>
    public string DisplayName => Definition.Instances > 1 ? $"{Definition.Name}:{Key.Instance}" : Definition.Name;

    public LifecycleState State => Life.State;

    /// <summary>
    /// Nothing happens to it any more. Its number may belong to a successor already, which alone may start children and
    /// write the record.
    /// </summary>
    public bool IsForgotten { get; private set; }

    // ---- its parts

    /// <summary>The present run, from the intent to the end of its child; null: there is none.</summary>
    public ChildRun? Current { get; private set; }

    /// <summary>The run whose child ended last; its ending goes on until its whole tree is gone.</summary>
    public ChildRun? Ended { get; private set; }

    /// <summary>Not null: it is being reloaded, and there may be two children.</summary>
    public Replacement? Replacement { get; private set; }

    public RunJournal Journal { get; }

    public ChildRunFactory Runs { get; }

    public RunTrees Trees { get; }

    public ProcessFacts Facts { get; }

    public ProcessNarrator Narrator { get; }

    /// <summary>Its state, and what follows from events.</summary>
    public LifecycleInterpreter Life { get; }

    public ChildStarter Starter { get; }

    /// <summary>The hook that stands in the way of its next step.</summary>
    public BlockingHook Hook { get; }

    public ViewPublisher Published { get; }

    public BackoffTimer Backoff { get; }

    public ManualSignal ManualSignal { get; } = new();

    /// <summary>The newest snapshot; safe to read from any thread.</summary>
    public volatile ProcessView View;

    /// <summary>Tells the owner that the wish or the phase changed.</summary>
    public Action<SupervisedProcess, LifecycleState>? Changed { get; init; }

    /// <summary>Says why it must not be started yet; null: it may.</summary>
    public Func<SupervisedProcess, string?>? HeldBy { get; init; }

    /// <summary>See <see cref="LogMoves.MovingOf"/>.</summary>
    public Func<int, Task?>? LogsMoving { get; init; }

    /// <summary>Not null: its log files are being renamed, until the task completes.</summary>
    public Task? LogsMove => LogsMoving?.Invoke(Key.Id);

    public IChild? Child => Current?.Child;

    /// <summary>Number of its newest run; 0: it never ran.</summary>
    public ulong LastRun => Journal.LastRun;

    /// <summary>The run of which the record tells.</summary>
    public ChildRun? RecordedRun => Current ?? (State.Phase == LifecyclePhase.Sweeping ? Ended : null);

    /// <param name="definition">The new one.</param>
    /// <param name="isNew">False: the run record, which is still to be resumed, has it already.</param>
    public void Redefine(ProcessDefinition definition, bool isNew = true)
    {
        Definition = definition;
        if (isNew) Journal.Save();
        Publish();
    }

    public void Publish() => View = Published.Make();

    /// <summary>
    /// One event of the lifecycle; everything that follows from it is done when this returns, except what has to be
    /// waited for.
    /// </summary>
    public void Handle(LifecycleEvent happened)
    {
        if (!IsForgotten) Life.Handle(happened);
    }

    // ---- orders

    /// <summary>See <see cref="ChildStarter.Restart"/>.</summary>
    public string? Restart(LifecycleEvent.RestartRequested order) => Starter.Restart(order);

    /// <summary>A new child next to the present one, which goes when the new one is ready.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="done">Called once: with null, or with why the old child stays.</param>
    public void Reload(Cause cause, Action<string?> done)
    {
        // The rest of a reload in whose middle the daemon died: nobody waits for it, and it goes by itself.
        if (Replacement is { Done: null } leaving)
        {
            leaving.Done = _ => Reload(cause, done);
            return;
        }
        if (ReloadObstacle.AtTheStart(this) is { } why)
        {
            Narrator.TellOfFailedReload(why, cause);
            done(why);
            return;
        }
        Replacement = new Replacement(_services, this, cause) { Done = done };
        Replacement.Begin();
    }

    /// <summary>Sends a signal to the child (with a shell: to its group). False: there is none.</summary>
    public bool Signal(int signal) => Current is { } run && State.HasChild && run.Signal(signal);

    /// <summary>The same on somebody's behalf: a child that dies of it has not crashed.</summary>
    public bool SignalFor(Requester? requester, int signal)
    {
        if (!Signal(signal)) return false;
        ManualSignal.Sent(requester, signal, _services.Timers.Now);
        return true;
    }

    /// <summary>Stops watching, without touching the child: the definition is gone, or the daemon leaves.</summary>
    public void Forget()
    {
        IsForgotten = true;
        Backoff.Cancel();
        Current?.Forget();
        Ended?.Forget();
        Hook.Cancel();
        var replacement = Replacement;
        (Current, Ended, Replacement) = (null, null, null);
        Life.ReleaseWaiters();
        replacement?.Forget();
    }

    // ---- its runs change hands

    /// <summary>A new run, of which nothing is started yet.</summary>
    public void MakeCurrent() => (Current = Runs.New()).Owner = _present;

    /// <summary>The present run came to nothing, before it had a child.</summary>
    public void DropCurrent() => Current = null;

    /// <summary>The child of the present run has ended.</summary>
    public void EndCurrent(ChildRun run) => (Current, Ended) = (null, run);

    /// <summary>The new child of a reload takes the place of the present one.</summary>
    public void TakeOver(ChildRun next, Cause cause)
    {
        (Current, next.Owner) = (next, _present);
        Handle(new LifecycleEvent.Replaced(next.StartedAtMonotonic, cause));
    }

    /// <summary>There is at most one child again.</summary>
    public void EndReplacement()
    {
        Replacement = null;
        Journal.Save();
        Publish();
        Changed?.Invoke(this, State); // it may have had sockets of its own
    }

    // ---- what its parts see of each other, layer by layer (see IRunHost)

    ProcessView IViewedProcess.View => View;
    void IRunHost.Save() => Journal.Save();
    void IRunHost.SaveExit(ChildRun run, ExitStatus status, Cause cause, bool wasAsked) =>
        Journal.SaveExit(run, status, cause, wasAsked);
    void IRunHost.AmendExit(ChildRun run) => Journal.Exits.Amend(run);
    TreeMark? IRunHost.MarkOf(ChildRun run) => Trees.MarkOf(run);
    bool IRunHost.MayFinish(ChildRun run) => Trees.MayFinish(run);
    void IRunHost.TellOfLeftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal) =>
        Narrator.TellOfLeftovers(run, leftovers, signal);
    IReplacementState? IInstance.Replacing => Replacement;
    TimeSpan? IInstance.NextStartAtMonotonic => Backoff.DueAtMonotonic;
    ISpawnPlans IInstance.Plans => Runs;
    void IInstance.SetProbeAnswer(bool? health, string? problem) => Published.SetProbeAnswer(health, problem);
    SpawnFailure? IViewHost.LastSpawnFailure => Starter.LastFailure;
    string? IStepHost.WhyHeld => HeldBy?.Invoke(this);
    void IStepHost.OnStepped() => Replacement?.OnFirstChanged();
    void IStepHost.OnChanged(LifecycleState before) => Changed?.Invoke(this, before);

    // ---- as an earlier daemon left it; before any event

    public void RestoreCurrent(ChildRun run) => (Current, run.Owner) = (run, _present);

    public void RestoreEnded(ChildRun run) => (Ended, run.Owner) = (run, _present);

    public Replacement RestoreReplacement(Cause cause) => Replacement = new Replacement(_services, this, cause);
}
