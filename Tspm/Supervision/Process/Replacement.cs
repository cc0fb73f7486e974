using Tspm.Model.State;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// A reload: the child of a process is replaced without a moment in which none is there. The new one comes up next to
/// the old one, and the old one goes when the new one is ready (<see cref="ReplacementLifecycle"/>). As long as there
/// are two, the run record tells of both, and the first child's own life (<see cref="ProcessLifecycle"/>) goes on:
/// whatever takes it out of Online ends the reload, and nothing is started in its place before the second one is gone.
/// </summary>
/// <param name="services">For the machine and the timers.</param>
/// <param name="process">Whose child is replaced.</param>
/// <param name="cause">Why there is to be a new one.</param>
internal sealed class Replacement(
    SupervisionServices services, IReplacementHost process, Cause cause) : IChildRunOwner, IReplacementState
{
    /// <summary>
    /// A new child has to live this long before the old one goes, where nothing that it says itself tells that it is
    /// ready: most broken versions are dead by then.
    /// </summary>
    public static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

    ReplacementPreparation? _preparation;

    /// <summary>Read for the new child; null: not yet.</summary>
    StartFiles? _files;
    IDisposable? _readiness;

    /// <summary>Why the old child stays; null: nothing is wrong.</summary>
    string? _problem;

    /// <summary>The problem says already which child stays.</summary>
    bool _isProblemComplete;

    /// <summary>Why the new child is not wanted, as data; null: nothing is wrong, or it ended by itself.</summary>
    Cause? _unwanted;

    public ReplacementPhase Phase { get; private set; }

    public ChildRun? Run { get; private set; }

    public bool HasFailed => _problem is not null;

    public bool IsReadingFiles => _preparation is { IsReadingFiles: true };

    /// <summary>
    /// Told once, when it is over: null, or why the old child stays. Nobody, when the daemon that was asked has died.
    /// </summary>
    public Action<string?>? Done { get; set; }

    /// <summary>How the run record spells the phase: as that of a process with this child.</summary>
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
        Step(_files is null ? ReplacementEvent.BegunWithHook : ReplacementEvent.Begun);
    }

    /// <summary>After each step of the first child: without it online there is nothing to take over.</summary>
    public void OnFirstChanged()
    {
        if (process.State.Phase == LifecyclePhase.Online) return;
        if (Phase == ReplacementPhase.Preparing && _problem is null)
        {
            (_problem, _isProblemComplete) = (ReloadObstacle.NotOnline(process), true);
            Step(ReplacementEvent.Unwanted);
        }
        else if (Phase == ReplacementPhase.Starting)
            GiveUp($"not needed any more: {process.State.Reason}", CauseCode.Reload);
    }

    /// <summary>Stops watching, without touching the child.</summary>
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
        if (actions.HasFlag(ReplacementAction.CancelPreStart)) _preparation?.Cancel();
        if (actions.HasFlag(ReplacementAction.RunPreStart)) Prepare();
        if (actions.HasFlag(ReplacementAction.Spawn)) Spawn();
        if (actions.HasFlag(ReplacementAction.ChangePlaces)) ChangePlaces();
        else if ((actions & (ReplacementAction.SendStopSignal | ReplacementAction.Sweep)) != 0) process.Save();
        if (actions.HasFlag(ReplacementAction.SendStopSignal)) Run!.Ending.SendStopSignal();
        if (actions.HasFlag(ReplacementAction.KillTree)) KillTree();
        if (actions.HasFlag(ReplacementAction.Sweep)) Run!.Ending.CleanUp();
        // Asked of this step: one within it may have been the last.
        if (phase == ReplacementPhase.Absent) End();
        else process.Publish();
    }

    void Prepare() => (_preparation = new ReplacementPreparation(services, process, cause, OnPrepared)).Begin();

    void OnPrepared(StartFiles? files, string? problem)
    {
        if (process.Replacing != this) return;
        (_preparation, _files) = (null, files);
        _problem ??= ReloadObstacle.InTheMiddle(process)
            ?? (problem is null ? null : $"{problem}; {ReloadObstacle.OldChildStays(process)}");
        _isProblemComplete = _problem is not null;
        Step(_problem is null ? ReplacementEvent.Prepared : ReplacementEvent.Failed);
    }

    void Spawn()
    {
        Run = process.Runs.New();
        Run.Owner = this;
        process.Save();
        // A child that no record tells of would be nobody's after this daemon's death.
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
        process.Narrator.TellOfReload(EventKind.Reloading, CauseText.What(cause), Run, process.Current, cause);
        if (Run.Ready is null) _readiness = services.Timers.After(LeastLife, () => Step(ReplacementEvent.BecameReady));
        else AskForReadiness(Run);
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
        _unwanted = new Cause(code) { Detail = why };
        Step(ReplacementEvent.Unwanted);
    }

    /// <summary>The record is written before the old child gets its stop signal.</summary>
    void ChangePlaces()
    {
        var (next, old) = (Run!, process.Current!);
        (Run, old.Owner) = (old, this);
        process.TakeOver(next, cause);
    }

    void KillTree()
    {
        if (Phase == ReplacementPhase.Leaving) process.Narrator.TellOfReplacementKill(Run!, _unwanted ?? cause);
        Run!.Ending.Kill();
    }

    void End()
    {
        process.EndReplacement();
        var isComplete = _problem is null || _isProblemComplete;
        var problem = isComplete ? _problem : $"{_problem}; {ReloadObstacle.OldChildStays(process)}";
        if (problem is not null) process.Narrator.TellOfFailedReload(problem, cause);
        Done?.Invoke(problem);
        process.Trees.LookAgain();
    }

    // ---- what happens to its child

    public (Cause Cause, bool WasAsked) Explain(ChildRun run, ExitStatus status)
    {
        if (Phase != ReplacementPhase.Starting) return (_unwanted ?? cause, true);
        _problem = $"the new one {status} before it was ready{OwnPortHint}";
        return (process.ManualSignal.CauseOf(status, null, services.Timers.Now), false);
    }

    string OwnPortHint => process.Definition.Config.Listen is not null ? ""
        : " (a program that opens a port itself cannot be there twice: see 'listen', or use 'tspm restart')";

    public void Exited(ChildRun run)
    {
        process.Narrator.TellOfReplacementExit(run, wasAsked: Phase != ReplacementPhase.Starting);
        Step(ReplacementEvent.Exited);
    }

    public void StopTimedOut(ChildRun run) => Step(ReplacementEvent.StopTimedOut);

    public void TreeGone(ChildRun run) => Step(ReplacementEvent.TreeGone);

    /// <summary>
    /// A connection or a web page may have been answered by the old child: then the new one has to live for a while at
    /// least.
    /// </summary>
    public void BecameReady(ChildRun run)
    {
        _readiness?.Dispose();
        var saysItself = run.Ready is { Tcp: null, Http: null };
        var left = saysItself ? TimeSpan.Zero : run.StartedAtMonotonic + LeastLife - services.Timers.Now;
        if (left > TimeSpan.Zero) _readiness = services.Timers.After(left, () => Step(ReplacementEvent.BecameReady));
        else Step(ReplacementEvent.BecameReady);
    }

    /// <summary>The first child decides whether the process is of use.</summary>
    public void AskedForHelp(ChildRun run)
    {
    }

    // ---- what an earlier daemon left

    /// <summary>Goes on with a second child that an earlier daemon had: it goes, whichever of the two it is.</summary>
    /// <param name="run">Its run, with its child.</param>
    /// <param name="problem">Why the reload came to nothing; null: the two had changed places.</param>
    public void Restore(ChildRun run, string? problem)
    {
        (Run, run.Owner) = (run, this);
        Phase = run.IsExitKnown ? ReplacementPhase.Sweeping : ReplacementPhase.Starting;
        (_problem, _unwanted) = (problem, problem is null ? null : cause);
    }

    /// <summary>The first child has been resumed: gets rid of the second one.</summary>
    public void GoOn()
    {
        if (Phase == ReplacementPhase.Sweeping)
        {
            Run!.Ending.CleanUp();
            return;
        }
        Run!.Watch(Run.Child!);
        Step(ReplacementEvent.Unwanted);
    }
}
