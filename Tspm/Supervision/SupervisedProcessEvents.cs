using System.Globalization;
using Tspm.Model;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision;

/// <summary>What is told of an instance, with its cause: into the record of events, and to its hooks. The principal part is in SupervisedProcess.cs.</summary>
internal sealed partial class SupervisedProcess
{
    ProcessState _told = ProcessState.Stopped;
    int _restartsTold;

    /// <summary>From here on it is as an earlier daemon left it, which has told of that.</summary>
    void BeginTelling() => (_told, _restartsTold) = (_state.Observed, _state.Restarts);

    /// <summary>One step of the lifecycle, if it is one that anybody could see.</summary>
    void Tell(LifecycleState before, LifecycleEvent happened, LifecycleAction actions, Run? run)
    {
        if (_state == before && actions == LifecycleAction.None) return;
        var phase = _state.Phase;
        switch (happened)
        {
            case LifecycleEvent.SpawnSucceeded:
                TellOf(_state.Restarts > _restartsTold ? EventKind.Restarted : EventKind.Started, _state.Reason);
                _restartsTold = _state.Restarts;
                if (phase == LifecyclePhase.Stopping) TellOf(EventKind.Stopping, _state.Reason);
                break;
            case LifecycleEvent.BecameReady:
                TellOf(EventKind.Ready, null);
                break;
            case LifecycleEvent.FoundUnfit unfit:
                TellOf(EventKind.Unfit, CauseText.What(unfit.Cause));
                break;
            case LifecycleEvent.ChildExited exited:
                TellOfExit(before, exited.Status);
                AskTheKernel(before, exited.Status);
                break;
            case LifecycleEvent.Replaced:
                _restartsTold = _state.Restarts;
                TellOfReload(EventKind.Reloaded, CauseText.What(_state.Cause), _run, _second!.Run, _state.Cause);
                break;
            case LifecycleEvent.SpawnFailed failed:
                TellOf(EventKind.Failed, failed.Failure.Sentence);
                break;
            case LifecycleEvent.StopTimedOut when phase == LifecyclePhase.Sweeping:
                break; // processes killed after that are reported by name
            case LifecycleEvent.StopTimedOut:
                TellOf(EventKind.Killed, PatienceIsOver, run);
                break;
            default:
                if (phase != before.Phase && phase is not (LifecyclePhase.Spawning or LifecyclePhase.Sweeping))
                    TellOf(StateNames.Of(_state.Observed), _state.Reason, run);
                break;
        }
    }

    string PatienceIsOver =>
        $"it did not end within {Duration.Format(StopPolicy.Of(Definition.Config).Timeout)}";

    void TellOfExit(LifecycleState before, ExitStatus status) => Record(ExitOf(_ended!, status, before.StartedAt) with
    {
        Reason = ReasonOfExit(before),
        NextStartInMs = _state.Next switch
        {
            AfterExit.Start => 0,
            AfterExit.Retry =>
                (long)Backoff.Delay(RestartPolicy.Of(Definition.Config), _state.Failures).TotalMilliseconds,
            _ => null,
        },
    });

    ProcessEvent ExitOf(Run run, ExitStatus status, TimeSpan startedAt) => new()
    {
        Kind = EventKind.Exited, Pid = run.Child?.Pid, RunId = Number(run.Id),
        ExitCode = status.Code, Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
        UptimeMs = (long)(_services.Timers.Now - startedAt).TotalMilliseconds,
    };

    string? ReasonOfExit(LifecycleState before)
    {
        if (before.Phase == LifecyclePhase.Stopping) return CauseText.What(before.Cause);
        return _state.Cause is { Request: CauseRequest.Signal } ? "sent by 'tspm signal'" : _state.Cause.Detail;
    }

    /// <summary>The machine went down with this child, and nobody saw how it ended.</summary>
    void TellOfReboot(RunRecord record)
    {
        _told = RunRecords.StateOf(record).Observed;
        var cause = new Cause(CauseCode.Reboot);
        Record(
            new ProcessEvent
            {
                Kind = EventKind.Exited, Pid = record.Pid, RunId = Number(record.RunId),
                Reason = CauseText.What(cause),
            },
            cause);
        // Once, also when nothing starts it and its record stays that of the earlier boot.
        _services.Records.Save(Key, record with { HasEnded = true });
    }

    // ---- reloads

    /// <summary>A step of a reload. Both children are named.</summary>
    void TellOfReload(string kind, string? reason, Run? run, Run? other, Cause cause) => Record(
        new ProcessEvent
        {
            Kind = kind, Pid = run?.Child?.Pid, RunId = Number(run?.Id), OtherPid = other?.Child?.Pid, Reason = reason,
        },
        cause);

    /// <summary>The end of the second child, whichever of the two it is. It is no crash of the process.</summary>
    void TellOfSecondExit(SecondChild second, ExitStatus status, Cause cause, bool wasAsked) => Record(
        ExitOf(second.Run, status, second.Run.BeganAt) with
        {
            OtherPid = (_run ?? _ended)?.Child?.Pid, Reason = wasAsked ? CauseText.What(cause) : cause.Detail,
        },
        cause);

    /// <summary>Processes that a run left behind got this signal.</summary>
    public void TellOfLeftovers(Run run, IReadOnlyList<KilledProcess> leftovers, int signal) => Record(new ProcessEvent
    {
        Kind = EventKind.Leftovers, RunId = Number(run.Id), Signal = Signals.NameOf(signal),
        Pids = [.. leftovers.Select(static leftover => leftover.Pid)], Names = [.. leftovers.Select(static leftover => leftover.Name)],
        Reason = KilledText.List(leftovers),
    });

    /// <summary>A SIGKILL that nobody here sent may be the kernel's. Its log is long: it is read beside, and what it says comes as an event of its own.</summary>
    void AskTheKernel(LifecycleState before, ExitStatus status)
    {
        if (status.Signal != Signals.SIGKILL || before.Phase == LifecyclePhase.Stopping || IsOfUser(status)) return;
        var (pid, runId, lived) = (_ended!.Child!.Pid, Number(_ended.Id), _services.Timers.Now - before.StartedAt);
        ThreadPool.QueueUserWorkItem(_ =>
        {
            if (_services.System.OutOfMemoryKill(pid, lived) is not { } words) return;
            _services.Post(() => RanOutOfMemory(pid, runId, words));
        });
    }

    void RanOutOfMemory(int pid, string? runId, string words)
    {
        _services.Tell(new ProcessEvent
        {
            Kind = EventKind.OutOfMemory, Id = Key.Id, Name = Definition.Name, Instance = Key.Instance, Pid = pid,
            RunId = runId, Signal = "SIGKILL", Cause = CauseCode.OutOfMemory, Reason = words,
        });
        if (_forgotten || !_exits.WasOutOfMemory(pid)) return;
        Persist();
        Publish();
    }

    void TellOf(string kind, string? reason, Run? run = null, Cause? cause = null)
    {
        run ??= _run;
        var toNext = _nextStartAt is { } at && _state.Phase == LifecyclePhase.Waiting ? at - _services.Timers.Now
            : (TimeSpan?)null;
        var happened = new ProcessEvent
        {
            Kind = kind, Pid = run?.Child?.Pid, RunId = Number(run?.Id), Reason = reason,
            NextStartInMs = (long?)toNext?.TotalMilliseconds,
        };
        Record(happened, cause);
    }

    /// <param name="happened">Without what all events have.</param>
    /// <param name="cause">Null: of the last change.</param>
    void Record(ProcessEvent happened, Cause? cause = null)
    {
        var was = _told;
        _told = _state.Observed;
        cause ??= _state.Cause;
        happened = _services.Tell(happened with
        {
            Id = Key.Id, Name = Definition.Name, Instance = Key.Instance,
            From = StateNames.Of(was), To = StateNames.Of(_told),
            Cause = cause.Code, Outcome = cause.Outcome, Request = cause.Request,
            Restarts = _state.Restarts, Failures = _state.Failures,
            ByUid = cause.By?.Uid, ByPid = cause.By?.Pid,
        });
        if (Definition.Config.Hooks is not { } hooks) return;
        var isNew = was != _told;
        if (IsCrash(happened) && hooks.OnCrash is { } onCrash)
            _services.Hooks.Run(this, HookMark.OnCrash, onCrash, happened);
        if (isNew && _told == ProcessState.Errored && hooks.OnErrored is { } onErrored)
            _services.Hooks.Run(this, HookMark.OnErrored, onErrored, happened);
        if (isNew && _told == ProcessState.Online && hooks.OnOnline is { } onOnline)
            _services.Hooks.Run(this, HookMark.OnOnline, onOnline, happened);
    }

    /// <summary>Of the process: when the new child of a reload fails, the old one goes on.</summary>
    bool IsCrash(ProcessEvent happened)
    {
        if (happened.Kind == EventKind.Unfit) return true;
        return happened is { Kind: EventKind.Exited, Cause: CauseCode.Crash, OtherPid: null }
            && !RestartPolicy.Of(Definition.Config).IsMeant(happened.ExitCode);
    }

    static string? Number(ulong? runId) => runId?.ToString(CultureInfo.InvariantCulture);

    // ---- signals that somebody sends by hand

    /// <summary>What dies of such a signal so long after it is thought to die of something else.</summary>
    static readonly TimeSpan SignalCountsFor = TimeSpan.FromSeconds(10);

    Asker? _signaller;
    int _signal;
    TimeSpan _signalledAt;

    /// <summary>As <see cref="Signal"/>, on somebody's behalf: a child that dies of it has not crashed.</summary>
    public bool SignalFor(Asker? asker, int signal)
    {
        if (!Signal(signal)) return false;
        (_signaller, _signal, _signalledAt) = (asker, signal, _services.Timers.Now);
        return true;
    }

    /// <summary>Why a child ended that nobody here had asked to end.</summary>
    /// <param name="status">How.</param>
    /// <param name="background">What it left running, see <see cref="BackgroundProgram"/>; null: nothing.</param>
    Cause CauseOf(ExitStatus status, string? background)
    {
        if (IsOfUser(status))
            return Cause.Requested(CauseRequest.Signal) with { By = _signaller, Exit = status };
        return background is null ? Cause.Ended(status)
            : new Cause(CauseCode.Background) { Exit = status, Detail = background };
    }

    bool IsOfUser(ExitStatus status) => _signaller is not null && status.Signal == _signal && _services.Timers.Now - _signalledAt < SignalCountsFor;
}
