using System.Globalization;
using Tspm.Model;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision;

/// <summary>What is told of an instance, with its cause: into the record of events, and to its hooks. The principal part is in SupervisedProcess.cs.</summary>
internal sealed partial class SupervisedProcess
{
    ProcessState _told = ProcessState.Stopped;
    int _restartsTold;
    /// <summary>Of what is happening to it, or has happened last.</summary>
    string? _cause;
    Asker? _by;

    /// <summary>From here on it is as an earlier daemon left it, which has told of that.</summary>
    void BeginTelling() => (_told, _restartsTold) = (_state.Observed, _state.Restarts);

    /// <summary>One step of the lifecycle, if it is one that anybody could see.</summary>
    void Tell(LifecycleState before, LifecycleEvent happened, LifecycleAction actions, Run? run)
    {
        if (_state == before && actions == LifecycleAction.None) return;
        var (phase, wasUp) = (_state.Phase, before.Phase is LifecyclePhase.Starting or LifecyclePhase.Online);
        FindCause(before, happened);
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
                TellOf(EventKind.Unfit, unfit.Cause);
                break;
            case LifecycleEvent.ChildExited exited:
                TellOfExit(before, exited.Status, exited.Background);
                AskTheKernel(before, exited.Status);
                break;
            case LifecycleEvent.SpawnFailed failed:
                TellOf(EventKind.Failed, failed.Failure.Sentence);
                break;
            case LifecycleEvent.StopTimedOut when phase == LifecyclePhase.Sweeping:
                break; // processes killed after that are reported by name
            case LifecycleEvent.StopTimedOut:
                TellOf(EventKind.Killed, $"it did not end within {Duration.Format(StopPolicy.Of(Definition.Config).Timeout)}", run);
                break;
            default:
                if (phase != before.Phase && phase is not (LifecyclePhase.Spawning or LifecyclePhase.Sweeping)) TellOf(StateNames.Of(_state.Observed), _state.Reason, run);
                break;
        }
    }

    void FindCause(LifecycleState before, LifecycleEvent happened)
    {
        var isOrder = happened is LifecycleEvent.StartRequested or LifecycleEvent.StopRequested or LifecycleEvent.RestartRequested;
        if (isOrder || happened is LifecycleEvent.FoundUnfit) (_cause, _by) = (happened.Word ?? (happened.By is null ? null : EventCause.User), happened.By);
        else if (happened is LifecycleEvent.ShutdownRequested) (_cause, _by) = (EventCause.Shutdown, happened.By);
        else if (happened is LifecycleEvent.HeldBack) (_cause, _by) = (EventCause.Dependency, null);
        else if (happened is LifecycleEvent.SpawnFailed) (_cause, _by) = (EventCause.Spawn, null);
        else if (happened is LifecycleEvent.ChildExited { Status: var status } exited && before.Phase != LifecyclePhase.Stopping)
            (_cause, _by) = IsOfUser(status) ? (EventCause.User, _signaller) : (CauseOf(exited), null);
    }

    void TellOfExit(LifecycleState before, ExitStatus status, string? background) => Record(new ProcessEvent
    {
        Kind = EventKind.Exited, Pid = _ended?.Child?.Pid, RunId = Number(_ended?.Id),
        ExitCode = status.Code, Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
        UptimeMs = (long)(_services.Timers.Now - before.StartedAt).TotalMilliseconds,
        Reason = ReasonOfExit(before, status, background),
        NextStartInMs = _state.Next switch
        {
            AfterExit.Start => 0,
            AfterExit.Retry => (long)Backoff.Delay(RestartPolicy.Of(Definition.Config), _state.Failures).TotalMilliseconds,
            _ => null,
        },
    });

    string? ReasonOfExit(LifecycleState before, ExitStatus status, string? background)
    {
        if (before.Phase == LifecyclePhase.Stopping) return before.Reason;
        return IsOfUser(status) ? "that signal came by 'tspm signal'" : background;
    }

    static string CauseOf(LifecycleEvent.ChildExited exited)
    {
        if (exited.Background is not null) return EventCause.Background;
        return exited.Status.IsSuccess ? EventCause.Exit : EventCause.Crash;
    }

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
            _services.Post(() => _services.Tell(new ProcessEvent
            {
                Kind = EventKind.OutOfMemory, Id = Key.Id, Name = Definition.Name, Instance = Key.Instance, Pid = pid, RunId = runId, Signal = "SIGKILL", Cause = EventCause.OutOfMemory, Reason = words,
            }));
        });
    }

    void TellOf(string kind, string? reason, Run? run = null)
    {
        run ??= _run;
        Record(new ProcessEvent
        {
            Kind = kind, Pid = run?.Child?.Pid, RunId = Number(run?.Id), Reason = reason,
            NextStartInMs = _nextStartAt is { } at && _state.Phase == LifecyclePhase.Waiting ? (long)(at - _services.Timers.Now).TotalMilliseconds : null,
        });
    }

    void Record(ProcessEvent happened)
    {
        var was = _told;
        _told = _state.Observed;
        happened = _services.Tell(happened with
        {
            Id = Key.Id, Name = Definition.Name, Instance = Key.Instance, From = StateNames.Of(was), To = StateNames.Of(_told), Cause = _cause, Restarts = _state.Restarts, Failures = _state.Failures,
            ByUid = _by?.Uid, ByPid = _by?.Pid,
        });
        if (Definition.Config.Hooks is not { } hooks) return;
        var isCrash = happened is { Kind: EventKind.Unfit } or { Kind: EventKind.Exited, Cause: EventCause.Crash } && !IsMeant(happened.ExitCode);
        if (isCrash && hooks.OnCrash is { } onCrash) _services.Hooks.Run(this, HookMark.OnCrash, onCrash, happened);
        if (_told == ProcessState.Errored && was != _told && hooks.OnErrored is { } onErrored) _services.Hooks.Run(this, HookMark.OnErrored, onErrored, happened);
        if (_told == ProcessState.Online && was != _told && hooks.OnOnline is { } onOnline) _services.Hooks.Run(this, HookMark.OnOnline, onOnline, happened);
    }

    bool IsMeant(int? exitCode) => exitCode is { } code && RestartPolicy.Of(Definition.Config).StopExitCodes.Contains(code);

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

    bool IsOfUser(ExitStatus status) => _signaller is not null && status.Signal == _signal && _services.Timers.Now - _signalledAt < SignalCountsFor;
}
