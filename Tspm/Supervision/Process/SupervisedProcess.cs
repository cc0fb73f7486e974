using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// One instance of a process, with at most one child (two during a reload, see
/// <see cref="Tspm.Supervision.Process.Replacement"/>): carries out what <see cref="ProcessLifecycle"/> decides. Runs
/// on the supervisor's thread; other threads may read only <see cref="View"/>. It consists of objects with one subject
/// each: the current run (<see cref="ChildRun"/>), the journal that outlives the daemon, the narrator that reports, and
/// the facts of its runs.
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

    /// <summary>Changed only by <see cref="Redefine"/>; a running child keeps the config it was started with.</summary>
    public ProcessDefinition Definition { get; private set; }

    /// <summary>The definition now has fewer instances: this one is stopped, then forgotten.</summary>
    public bool IsSurplus => Key.Instance >= Definition.Instances;

    /// <summary>The name, followed by the instance number if there are several instances.</summary>
    public string DisplayName => Definition.Instances > 1 ? $"{Definition.Name}:{Key.Instance}" : Definition.Name;

    public LifecycleState State => Life.State;

    /// <summary>
    /// The instance is no longer in use. A successor may already have its number, and only that may start children and
    /// write the run record.
    /// </summary>
    public bool IsForgotten { get; private set; }

    // ---- its parts

    /// <summary>The current run, from the intent to the end of its child; null if there is none.</summary>
    public ChildRun? Current { get; private set; }

    /// <summary>The run whose child ended last; its ending continues until the whole tree is gone.</summary>
    public ChildRun? Ended { get; private set; }

    /// <summary>The reload in progress, during which there may be two children; null if there is none.</summary>
    public Replacement? Replacement { get; private set; }

    public RunJournal Journal { get; }

    public ChildRunFactory Runs { get; }

    public RunTrees Trees { get; }

    public ProcessFacts Facts { get; }

    public ProcessNarrator Narrator { get; }

    /// <summary>The state, and what follows from events.</summary>
    public LifecycleInterpreter Life { get; }

    public ChildStarter Starter { get; }

    /// <summary>The hook that blocks the next step.</summary>
    public BlockingHook Hook { get; }

    public ViewPublisher Published { get; }

    public BackoffTimer Backoff { get; }

    public ManualSignal ManualSignal { get; } = new();

    /// <summary>The newest snapshot; safe to read from any thread.</summary>
    public volatile ProcessView View;

    /// <summary>Called when the desired state or the phase has changed.</summary>
    public Action<SupervisedProcess, LifecycleState>? Changed { get; init; }

    /// <summary>Returns why the instance must not be started yet; null if it may.</summary>
    public Func<SupervisedProcess, string?>? HeldBy { get; init; }

    /// <summary>See <see cref="LogMoves.MovingOf"/>.</summary>
    public Func<int, Task?>? LogsMoving { get; init; }

    /// <summary>The renaming of its log files in progress; null if there is none.</summary>
    public Task? LogsMove => LogsMoving?.Invoke(Key.Id);

    public IChild? Child => Current?.Child;

    /// <summary>The number of the newest run; 0 if it never ran.</summary>
    public ulong LastRun => Journal.LastRun;

    /// <summary>The run described by the run record.</summary>
    public ChildRun? RecordedRun => Current ?? (State.Phase == LifecyclePhase.Sweeping ? Ended : null);

    /// <param name="definition">The new definition.</param>
    /// <param name="isNew">False if the run record, which has not been resumed yet, already contains it.</param>
    public void Redefine(ProcessDefinition definition, bool isNew = true)
    {
        Definition = definition;
        if (isNew) Journal.Save();
        Publish();
    }

    public void Publish() => View = Published.Make();

    /// <summary>Handles one lifecycle event. When this returns, all effects have been carried out or begun.</summary>
    public void Handle(LifecycleEvent happened)
    {
        if (!IsForgotten) Life.Handle(happened);
    }

    // ---- orders

    /// <summary>See <see cref="ChildStarter.Restart"/>.</summary>
    public string? Restart(LifecycleEvent.RestartRequested order) => Starter.Restart(order);

    /// <summary>Starts a new child next to the current one, which is stopped once the new one is ready.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="done">Called once: with null, or with why the old child is kept.</param>
    public void Reload(Cause cause, Action<string?> done)
    {
        // The rest of a reload during which the daemon died: nobody waits for it, and its second child is being
        // stopped.
        if (Replacement is { Done: null } leaving)
        {
            leaving.Done = _ => Reload(cause, done);
            return;
        }
        if (ReloadObstacle.BeforeStart(this) is { } why)
        {
            Narrator.ReportFailedReload(why, cause);
            done(why);
            return;
        }
        Replacement = new Replacement(_services, this, cause) { Done = done };
        Replacement.Begin();
    }

    /// <summary>Sends a signal to the child or, if it runs through a shell, to its process group.</summary>
    /// <returns>False if there is no child.</returns>
    public bool Signal(int signal) => Current is { } run && State.HasChild && run.Signal(signal);

    /// <summary>Sends a signal on someone's behalf: a child that dies of it has not crashed.</summary>
    /// <returns>False if there is no child.</returns>
    public bool SignalFor(Requester? requester, int signal)
    {
        if (!Signal(signal)) return false;
        ManualSignal.Sent(requester, signal, _services.Timers.Now);
        return true;
    }

    /// <summary>
    /// Stops watching without touching the child, because the definition is gone or the daemon is leaving.
    /// </summary>
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

    // ---- changes of its runs

    /// <summary>Creates a new current run; nothing is started yet.</summary>
    public void MakeCurrent() => (Current = Runs.New()).Owner = _present;

    /// <summary>Drops the current run, which came to nothing before it had a child.</summary>
    public void DropCurrent() => Current = null;

    /// <summary>Called when the child of the current run has ended.</summary>
    public void EndCurrent(ChildRun run) => (Current, Ended) = (null, run);

    /// <summary>Makes the new child of a reload the current one.</summary>
    public void PromoteReplacement(ChildRun next, Cause cause)
    {
        (Current, next.Owner) = (next, _present);
        Handle(new LifecycleEvent.Replaced(next.StartedAtMonotonic, cause));
    }

    /// <summary>Called when at most one child is left.</summary>
    public void EndReplacement()
    {
        Replacement = null;
        Journal.Save();
        Publish();
        Changed?.Invoke(this, State); // it may have had its own sockets
    }

    // ---- as seen by its parts, layer by layer (see IRunHost)

    ProcessView IViewedProcess.View => View;
    void IRunHost.Save() => Journal.Save();
    void IRunHost.SaveExit(ChildRun run, ExitStatus status, Cause cause, bool wasAsked) =>
        Journal.SaveExit(run, status, cause, wasAsked);
    void IRunHost.AmendExit(ChildRun run) => Journal.Exits.Amend(run);
    TreeMark? IRunHost.MarkOf(ChildRun run) => Trees.MarkOf(run);
    bool IRunHost.MayFinish(ChildRun run) => Trees.MayFinish(run);
    void IRunHost.ReportLeftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal) =>
        Narrator.ReportLeftovers(run, leftovers, signal);
    IReplacementState? IInstance.Replacing => Replacement;
    TimeSpan? IInstance.NextStartAtMonotonic => Backoff.DueAtMonotonic;
    ISpawnPlans IInstance.Plans => Runs;
    void IInstance.SetProbeAnswer(bool? health, string? problem) => Published.SetProbeAnswer(health, problem);
    SpawnFailure? IViewHost.LastSpawnFailure => Starter.LastFailure;
    string? IStepHost.WhyHeld => HeldBy?.Invoke(this);
    void IStepHost.OnStepped() => Replacement?.OnCurrentChanged();
    void IStepHost.OnChanged(LifecycleState before) => Changed?.Invoke(this, before);

    // ---- restored from an earlier daemon, before any event

    public void RestoreCurrent(ChildRun run) => (Current, run.Owner) = (run, _present);

    public void RestoreEnded(ChildRun run) => (Ended, run.Owner) = (run, _present);

    public Replacement RestoreReplacement(Cause cause) => Replacement = new Replacement(_services, this, cause);
}
