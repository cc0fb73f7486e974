using Tspm.Model;
using Tspm.Platform;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision;

/// <summary>
/// Replacing the child by a new one without a moment in which none is there: the new one comes up beside the old one, and the old one goes when the new one is ready (<see cref="SecondLifecycle"/>).
/// As long as there are two, the run record tells of both, and the first child's own life (<see cref="Lifecycle"/>) goes on: whatever takes it out of Online ends the reload, and nothing is
/// started in its place before the second one is gone. The main part is in SupervisedProcess.cs.
/// </summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>A new child has to live this long before the old one goes, where nothing that it says itself tells that it is ready: most broken versions are dead by then.</summary>
    public static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

    /// <summary>Null: there is at most one child.</summary>
    SecondChild? _second;

    /// <summary>Null: the preStart of no new child runs.</summary>
    Preparation? _preparing;

    /// <summary>A new child is to come when its preStart has succeeded.</summary>
    sealed class Preparation(Cause cause, Action<string?> done)
    {
        public Cause Cause => cause;

        public Action<string?> Done => done;

        public HookRun? Hook { get; set; }

        /// <summary>Why there will be none; null: nothing is wrong.</summary>
        public string? Problem { get; set; }
    }

    /// <summary>Not null: two children may be there.</summary>
    public SecondChild? Second => _second;

    /// <summary>A child is there, and another one is to come or has to go.</summary>
    public bool IsReloading => _second is not null || _preparing is not null;

    /// <summary>Begins.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="done">Called once: with null, or with why the old child stays.</param>
    public void Reload(Cause cause, Action<string?> done)
    {
        // The rest of a reload in whose middle the daemon died: nobody waits for it, and it goes by itself.
        if (_second is { Done: null } leaving)
        {
            leaving.Done = _ => Reload(cause, done);
            return;
        }
        Action<string?> told = problem =>
        {
            if (problem is not null && !_forgotten)
                TellOfReload(EventKind.ReloadFailed, problem, null, _run, cause);
            done(problem);
        };
        if (WhyNoReload() is { } why) told(why);
        else if (Definition.Config.Hooks is { PreStart: { } command }) Prepare(command, cause, told);
        else BeginSecond(cause, told);
    }

    string? WhyNoReload() => this switch
    {
        _ when _forgotten => "it was deleted",
        _ when _second is not null || _preparing is not null => "it is being reloaded already",
        _ when _state.Phase != LifecyclePhase.Online => $"it is not online any more: {_state.Reason}",
        // Seen to have ended, and how is not known yet: what it left behind goes first, and its restart policy decides.
        _ when _run is not { HasEnded: false } => "its child has just ended",
        _ => null,
    };

    void Prepare(string command, Cause cause, Action<string?> done)
    {
        TellOf(EventKind.PreStart, null, cause: cause);
        var preparing = _preparing = new Preparation(cause, done);
        preparing.Hook = new HookRun(_services, this, HookMark.PreStart, command, null, problem =>
        {
            if (_preparing != preparing) return;
            _preparing = null;
            Publish();
            if ((preparing.Problem ?? WhyNoReload() ?? (problem is null ? null : $"preStart {problem}; {OldStays}")) is not { } why)
            {
                BeginSecond(cause, done);
                return;
            }
            done(why);
            // Nothing is started in the place of the first child before this is gone.
            if (_state.Phase == LifecyclePhase.Sweeping) _ended?.Ending?.LookAgain();
        });
        Publish();
    }

    void BeginSecond(Cause cause, Action<string?> done)
    {
        var run = NewRun();
        var second = _second = new SecondChild(run, cause) { Done = done };
        (second.Phase, _) = SecondLifecycle.Next(SecondPhase.Absent, SecondEvent.Begun);
        Persist();
        // A child that no record tells of would be nobody's after this daemon's death.
        if ((_services.Records.Trouble is { } trouble ? new SpawnFailure("record", 0, trouble) : Launch(run)) is { } failure)
        {
            _second = null;
            Persist();
            Changed?.Invoke(this, _state); // it may have opened sockets
            done($"{failure.Sentence}; {OldStays}");
            return;
        }
        Persist();
        Publish();
        TellOfReload(EventKind.Reloading, CauseText.What(cause), run, _run, cause);
        if (run.Ready is null) second.Vigil = _services.Timers.After(LeastLife, () => SecondStep(second, SecondEvent.BecameReady));
        else
        {
            var vigil = new ReadinessVigil(
                _services, this, run, () => SecondIsReady(second),
                why => SecondIsUnwanted(second, why, CauseCode.NotReady));
            second.Vigil = vigil;
            vigil.Begin();
        }
    }

    string OldStays => _run?.Child is { } child ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the old one stays (pid {child.Pid})") : "the old one is gone too";

    /// <summary>A connection or a web page may have been answered by the old one: then the new one has to live for a while at least.</summary>
    void SecondIsReady(SecondChild second)
    {
        second.Vigil?.Dispose();
        var run = second.Run;
        var saysItself = run.Ready is { Tcp: null, Http: null };
        var left = saysItself ? TimeSpan.Zero : run.BeganAt + LeastLife - _services.Timers.Now;
        if (left > TimeSpan.Zero) second.Vigil = _services.Timers.After(left, () => SecondStep(second, SecondEvent.BecameReady));
        else SecondStep(second, SecondEvent.BecameReady);
    }

    void SecondIsUnwanted(SecondChild second, string why, string code)
    {
        if (second.Phase != SecondPhase.Starting) return;
        second.Problem = $"the new one was {why}";
        second.Unwanted = new Cause(code) { Detail = why };
        SecondStep(second, SecondEvent.Unwanted);
    }

    /// <summary>After each step of the first child: without it online there is nothing to take over.</summary>
    void CancelReload()
    {
        if (_state.Phase == LifecyclePhase.Online) return;
        if (_preparing is { Problem: null } preparing)
        {
            preparing.Problem = $"it is not online any more: {_state.Reason}";
            preparing.Hook?.Cancel();
        }
        if (_second is { Phase: SecondPhase.Starting } second)
            SecondIsUnwanted(second, $"not needed any more: {_state.Reason}", CauseCode.Reload);
    }

    void SecondStep(SecondChild second, SecondEvent happened)
    {
        if (_second != second) return;
        var (phase, actions) = SecondLifecycle.Next(second.Phase, happened);
        second.Phase = phase;
        if (phase != SecondPhase.Starting) second.Vigil?.Dispose();
        if (actions.HasFlag(SecondAction.ChangePlaces)) ChangePlaces(second);
        else if (actions != SecondAction.None && actions != SecondAction.KillTree) Persist();
        if (actions.HasFlag(SecondAction.SendStopSignal)) EndingOf(second.Run).SendStopSignal();
        if (actions.HasFlag(SecondAction.KillTree))
        {
            if (phase == SecondPhase.Leaving)
                TellOfReload(
                    EventKind.Killed, PatienceIsOver, second.Run, _run ?? _ended, second.Unwanted ?? second.Cause);
            second.Run.Ending?.Kill();
        }
        if (actions.HasFlag(SecondAction.Sweep)) CleanUpSecond(second);
        // Asked of this step: one within it may have been the last.
        if (phase == SecondPhase.Absent) SecondIsGone(second);
        else Publish();
    }

    /// <summary>On record before the old one is told to go.</summary>
    void ChangePlaces(SecondChild second)
    {
        (_run, second.Run) = (second.Run, _run!);
        Handle(new LifecycleEvent.Replaced(_run.BeganAt, second.Cause));
    }

    /// <summary>See <see cref="Ended"/>; the first child may live.</summary>
    void SecondEnded(SecondChild second, ExitStatus status)
    {
        var run = second.Run;
        if (second.Phase == SecondPhase.Starting) second.Problem = $"the new one {status} before it was ready{OwnPortHint}";
        var wasAsked = second.Phase != SecondPhase.Starting;
        var cause = wasAsked ? second.Unwanted ?? second.Cause : CauseOf(status, null);
        second.Found = EndingOf(run).FindLeftovers();
        _exits.Add(run, status, cause, wasAsked, _services.Clock.GetUtcNow());
        FactsEnded(run, status);
        _services.Records.Save(Key, MakeRecord() with { Second = SecondRecord! with { HasEnded = true } });
        run.Child!.Reap();
        _services.Outputs.Finish(run.Streams);
        run.Notify?.Dispose();
        run.HasEnded = true;
        TellOfSecondExit(second, status, cause, wasAsked);
        SecondStep(second, SecondEvent.Exited);
    }

    string OwnPortHint => Definition.Config.Listen is null ? " (a program that opens a port itself cannot be there twice: see 'listen', or use 'tspm restart')" : "";

    void CleanUpSecond(SecondChild second)
    {
        var found = second.Found;
        second.Found = null;
        EndingOf(second.Run).CleanUp(found);
    }

    void SecondTreeGone(SecondChild second)
    {
        _exits.Amend(second.Run);
        second.Run.Child?.Dispose();
        SecondStep(second, SecondEvent.TreeGone);
    }

    void SecondIsGone(SecondChild second)
    {
        _second = null;
        Persist();
        Publish();
        Changed?.Invoke(this, _state);
        var problem = second.Problem is null ? null : $"{second.Problem}; {OldStays}";
        if (second.Done is not null) second.Done(problem);
        // Who asked for it got no answer: that daemon died.
        else if (problem is not null) TellOfReload(EventKind.ReloadFailed, problem, null, _run, second.Cause);
        if (_state.Phase == LifecyclePhase.Sweeping) _ended?.Ending?.LookAgain();
    }

    // ---- what outlives this daemon

    RunRecord? SecondRecord => _second is not { Run: var run } second ? null : new RunRecord
    {
        BootId = _services.System.BootId,
        GuardianPid = run.GuardianPid,
        RunId = run.Id,
        Phase = LifecycleNames.Of(run.Child is null ? LifecyclePhase.Spawning : second.Phase switch
        {
            SecondPhase.Starting => LifecyclePhase.Starting,
            SecondPhase.Sweeping => LifecyclePhase.Sweeping,
            _ => LifecyclePhase.Stopping,
        }),
        HasEnded = second.Phase == SecondPhase.Sweeping,
        Pid = run.Child?.Pid ?? 0,
        StartTicks = run.Child?.StartTicks ?? 0,
        IntendedTicks = run.Child is null ? _services.System.BootTicks : 0,
        StartedMonotonicMs = (long)run.BeganAt.TotalMilliseconds,
        StartedAt = run.StartedAt,
        Ready = run.Ready,
        Health = run.Health,
        StartTimeoutMs = run.StartTimeoutMs,
        StartedWith = RunRecords.EarlierConfig(run, Definition),
        Listen = run.Listen.Count > 0 ? run.Listen : null,
        ExtendedMonotonicMs = (long)run.ExtendedUntil.TotalMilliseconds,
        Ending = run.Ending?.Record,
        Mark = run.Mark,
        OtherListeners = run.Listeners?.Before,
        ReadyNote = run.Listeners?.Note,
        Facts = run.Facts,
        WasOnline = run.WasOnline,
    };

    /// <summary>
    /// An earlier daemon died in the middle of a reload. Who asked for it has got no answer, so the second child goes, whichever of the two it is; the first one stays. Before the first one is resumed,
    /// which may have to wait for it.
    /// </summary>
    /// <param name="record">Of the second child.</param>
    /// <param name="ended">How it ended meanwhile; null: not known to have.</param>
    /// <param name="wasReplaced">The two had changed places: it is the old one, and the reload had succeeded.</param>
    SecondChild? ResumeSecond(RunRecord record, GuardianRecord? ended, bool wasReplaced)
    {
        var run = RunOf(record);
        var child = record.Pid == 0 ? ChildOf(run, ended) : record.HasEnded ? null : _services.System.Adopt(record.Pid, record.StartTicks);
        if (child is null && record.Pid == 0)
        {
            _services.Outputs.Discard(run.Streams);
            return null;
        }
        _services.Outputs.Resume(run.Streams);
        OpenNotifyAgain(run);
        run.Child = child ?? new EndedChild(record.Pid, record.StartTicks);
        if (child is not null) TakeMark(run, child);
        // Counted already: the guardian tells again what was not acknowledged.
        run.HasEnded = run.HasLeft = record.HasEnded;
        var phase = record.HasEnded ? SecondPhase.Sweeping : SecondPhase.Starting;
        if (wasReplaced)
        {
            var isKnown = _state.Cause.Request == CauseRequest.Reload;
            var reload = isKnown ? _state.Cause : Cause.Requested(CauseRequest.Reload);
            return _second = new SecondChild(run, reload) { Phase = phase };
        }
        const string problem = "the daemon ended in the middle of the reload";
        var cause = new Cause(CauseCode.Reload) { Detail = problem };
        return _second = new SecondChild(run, cause) { Phase = phase, Problem = problem, Unwanted = cause };
    }

    void GoOnWithSecond(SecondChild second)
    {
        if (second.Phase == SecondPhase.Sweeping)
        {
            CleanUpSecond(second);
            return;
        }
        Take(second.Run, second.Run.Child!);
        SecondStep(second, SecondEvent.Unwanted);
    }
}
