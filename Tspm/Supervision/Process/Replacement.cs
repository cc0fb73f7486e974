using Tspm.Model.State;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// A reload: replaces the child of a process without a moment in which none is running. The new child starts next to
/// the old one, which is stopped once the new one is ready (<see cref="ReplacementLifecycle"/>). While there are two,
/// the run record contains both, and the current child keeps its own lifecycle (<see cref="ProcessLifecycle"/>): if it
/// leaves Online, the reload ends, and nothing is started in its place until the second child is gone.
/// </summary>
/// <param name="services">Provides the machine and the timers.</param>
/// <param name="process">The process whose child is replaced.</param>
/// <param name="cause">Why it is replaced.</param>
internal sealed class Replacement(
    SupervisionServices services, IReplacementHost process, Cause cause) : IChildRunOwner, IReplacementState
{
    /// <summary>
    /// The minimum life of a new child before the old one is stopped, if the child itself does not report readiness:
    /// most broken versions are dead by then.
    /// </summary>
    public static readonly TimeSpan MinimumLife = TimeSpan.FromSeconds(1);

    ReplacementPreparation? _preparation;

    /// <summary>The files read for the new child; null if not read yet.</summary>
    StartFiles? _files;
    IDisposable? _readiness;

    /// <summary>Why the old child is kept; null if nothing has gone wrong.</summary>
    string? _problem;

    /// <summary>The problem already says which child keeps running.</summary>
    bool _isProblemComplete;

    /// <summary>Why the new child was abandoned; null if it was not, or ended on its own.</summary>
    Cause? _abandonCause;

    public ReplacementPhase Phase { get; private set; }

    public ChildRun? Run { get; private set; }

    public bool HasFailed => _problem is not null;

    public bool IsReadingFiles => _preparation is { IsReadingFiles: true };

    /// <summary>
    /// Called once at the end, with null or with why the old child is kept. Null itself if the daemon that was asked
    /// has died.
    /// </summary>
    public Action<string?>? Done { get; set; }

    /// <summary>The phase in the run record: that of a process whose only child this is.</summary>
    public LifecyclePhase RecordedPhase => Phase switch
    {
        _ when Run?.Child is null => LifecyclePhase.Spawning,
        ReplacementPhase.Starting => LifecyclePhase.Starting,
        ReplacementPhase.Sweeping => LifecyclePhase.Sweeping,
        _ => LifecyclePhase.Stopping,
    };

    public void Begin()
    {
        if (process.Definition.Config is { EnvFile: null, Hooks: null or { PreStart: null } })
            process.Runs.ReadFiles(files => _files = files);
        Step(_files is null ? ReplacementEvent.BegunWithPreparation : ReplacementEvent.Begun);
    }

    /// <summary>Called after each step of the current child: the reload ends if that is no longer online.</summary>
    public void OnCurrentChanged()
    {
        if (process.State.Phase == LifecyclePhase.Online) return;
        if (Phase == ReplacementPhase.Preparing && _problem is null)
        {
            (_problem, _isProblemComplete) = (ReloadObstacle.NotOnline(process), true);
            Step(ReplacementEvent.Abandoned);
        }
        else if (Phase == ReplacementPhase.Starting)
            GiveUp($"no longer needed: {process.State.Reason}", CauseCode.Reload);
    }

    /// <summary>Stops watching without touching the child.</summary>
    public void Forget()
    {
        _preparation?.Cancel();
        _readiness?.Dispose();
        Run?.Forget();
        Done?.Invoke(ReloadObstacle.Deleted);
    }

    void Step(ReplacementEvent happened)
    {
        if (process.Replacing != this) return;
        var (phase, actions) = ReplacementLifecycle.Next(Phase, happened);
        Phase = phase;
        if (phase != ReplacementPhase.Starting) _readiness?.Dispose();
        if (actions.HasFlag(ReplacementAction.CancelPreparation)) _preparation?.Cancel();
        if (actions.HasFlag(ReplacementAction.Prepare)) Prepare();
        if (actions.HasFlag(ReplacementAction.Spawn)) Spawn();
        if (actions.HasFlag(ReplacementAction.Promote)) Promote();
        else if ((actions & (ReplacementAction.SendStopSignal | ReplacementAction.Sweep)) != 0) process.Save();
        if (actions.HasFlag(ReplacementAction.SendStopSignal)) Run!.Ending.SendStopSignal();
        if (actions.HasFlag(ReplacementAction.KillTree)) KillTree();
        if (actions.HasFlag(ReplacementAction.Sweep)) Run!.Ending.CleanUp();
        // Uses the local phase: a nested step may already have ended the reload.
        if (phase == ReplacementPhase.Absent) End();
        else process.Publish();
    }

    void Prepare() => (_preparation = new ReplacementPreparation(services, process, cause, OnPrepared)).Begin();

    void OnPrepared(StartFiles? files, string? problem)
    {
        if (process.Replacing != this) return;
        (_preparation, _files) = (null, files);
        _problem ??= ReloadObstacle.BeforeSpawn(process)
            ?? (problem is null ? null : $"{problem}; {ReloadObstacle.OldChildStays(process)}");
        _isProblemComplete = _problem is not null;
        Step(_problem is null ? ReplacementEvent.Prepared : ReplacementEvent.Failed);
    }

    void Spawn()
    {
        Run = process.Runs.New();
        Run.Owner = this;
        process.Save();
        // Without a run record, nobody would know the child after this daemon's death.
        var failure = process.Journal.Trouble is { } trouble
            ? new SpawnFailure("record", 0, trouble) : process.Runs.Start(Run, _files!);
        if (failure is not null)
        {
            (_problem, Run) = (failure.Sentence, null);
            Step(ReplacementEvent.Failed);
            return;
        }
        process.Save();
        process.Publish();
        process.Narrator.ReportReload(EventKind.Reloading, CauseText.What(cause), Run, process.Current, cause);
        if (Run.Ready is not null) AskForReadiness(Run);
        else _readiness = services.Timers.After(MinimumLife, () => Step(ReplacementEvent.BecameReady));
    }

    void AskForReadiness(ChildRun run)
    {
        var check = new ReadinessCheck(
            services, process, run, () => BecameReady(run), why => GiveUp(why, CauseCode.NotReady));
        _readiness = check;
        check.Begin();
    }

    void GiveUp(string why, string code)
    {
        if (Phase != ReplacementPhase.Starting) return;
        _problem = $"the new one was {why}";
        _abandonCause = new Cause(code) { Detail = why };
        Step(ReplacementEvent.Abandoned);
    }

    /// <summary>Saves the record before the old child gets its stop signal.</summary>
    void Promote()
    {
        var (next, old) = (Run!, process.Current!);
        (Run, old.Owner) = (old, this);
        process.PromoteReplacement(next, cause);
    }

    void KillTree()
    {
        if (Phase == ReplacementPhase.Leaving) process.Narrator.ReportReplacementKill(Run!, _abandonCause ?? cause);
        Run!.Ending.Kill();
    }

    void End()
    {
        process.EndReplacement();
        var isComplete = _problem is null || _isProblemComplete;
        var problem = isComplete ? _problem : $"{_problem}; {ReloadObstacle.OldChildStays(process)}";
        if (problem is not null) process.Narrator.ReportFailedReload(problem, cause);
        Done?.Invoke(problem);
        process.Trees.Recheck();
    }

    // ---- events of its child

    public (Cause Cause, bool WasAsked) Explain(ChildRun run, ExitStatus status)
    {
        if (Phase != ReplacementPhase.Starting) return (_abandonCause ?? cause, true);
        _problem = $"the new one {status} before it was ready{OwnPortHint}";
        return (process.ManualSignal.CauseOf(status, null, services.Timers.Now), false);
    }

    string OwnPortHint => process.Definition.Config.Listen is not null ? ""
        : " (a program that opens its own port cannot run twice at once: see 'listen', or use 'tspm restart')";

    public void Exited(ChildRun run)
    {
        process.Narrator.ReportReplacementExit(run, wasAsked: Phase != ReplacementPhase.Starting);
        Step(ReplacementEvent.Exited);
    }

    public void StopTimedOut(ChildRun run) => Step(ReplacementEvent.StopTimedOut);

    public void TreeGone(ChildRun run) => Step(ReplacementEvent.TreeGone);

    /// <summary>
    /// The old child may have answered a connection or an HTTP request, so with those probes the new child must also
    /// live for a minimum time.
    /// </summary>
    public void BecameReady(ChildRun run)
    {
        _readiness?.Dispose();
        var saysItself = run.Ready is { Tcp: null, Http: null };
        var left = saysItself ? TimeSpan.Zero : run.StartedAtMonotonic + MinimumLife - services.Timers.Now;
        if (left > TimeSpan.Zero) _readiness = services.Timers.After(left, () => Step(ReplacementEvent.BecameReady));
        else Step(ReplacementEvent.BecameReady);
    }

    /// <summary>Ignored: the current child decides whether the process is fit.</summary>
    public void TriggeredWatchdog(ChildRun run)
    {
    }

    // ---- recovery

    /// <summary>
    /// Continues with a second child that an earlier daemon left. It is stopped, whether it is the new or the old one.
    /// </summary>
    /// <param name="run">The second child's run.</param>
    /// <param name="problem">Why the reload failed; null if the new child had been promoted.</param>
    public void Restore(ChildRun run, string? problem)
    {
        (Run, run.Owner) = (run, this);
        Phase = run.IsExitKnown ? ReplacementPhase.Sweeping : ReplacementPhase.Starting;
        (_problem, _abandonCause) = (problem, problem is null ? null : cause);
    }

    /// <summary>Stops the second child, after the current one has been resumed.</summary>
    public void Resume()
    {
        if (Phase == ReplacementPhase.Sweeping)
        {
            Run!.Ending.CleanUp();
            return;
        }
        Run!.Watch(Run.Child!);
        Step(ReplacementEvent.Abandoned);
    }
}
