using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// One instance and its at most one child: carries out what <see cref="Lifecycle"/> decides. Lives on the supervisor's thread; only
/// <see cref="View"/> may be read from others.
/// Every transition is on disk (run record) before its effect, so that a successor knows what was meant.
/// </summary>
internal sealed class SupervisedProcess
{
    /// <summary>How often to look again whether killed leftovers are gone.</summary>
    static readonly TimeSpan SweepAgainAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a guardian may take to tell how an adopted child ended.</summary>
    static readonly TimeSpan ExitStatusPatience = TimeSpan.FromSeconds(2);

    const int KeptExits = 20;

    readonly SupervisionServices _services;
    readonly Func<ProcessDefinition, IReadOnlyDictionary<string, string>> _environmentOf;
    readonly List<Waiter> _waiters = [];
    readonly Queue<LifecycleEvent> _events = new();
    readonly List<RecentExit> _exits = [];
    LifecycleState _state = LifecycleState.New;
    Run? _run;
    int _sweepPid;
    /// <summary>Reaped; kept until its leftovers are gone, which are found through it.</summary>
    IChild? _swept;
    bool _stepping;
    bool _forgotten;
    IDisposable? _stopTimer, _backoffTimer, _exitTimer;
    TimeSpan? _nextStartAt;
    static ulong _lastRunId;

    public SupervisedProcess(
        SupervisionServices services, InstanceKey key, ProcessDefinition definition,
        Func<ProcessDefinition, IReadOnlyDictionary<string, string>> environmentOf)
    {
        (_services, Key, Definition, _environmentOf) = (services, key, definition, environmentOf);
        View = MakeView();
    }

    public InstanceKey Key { get; }

    /// <summary>Changes by <see cref="Redefine"/> only; a running child keeps what it was started with.</summary>
    public ProcessDefinition Definition { get; private set; }

    public LifecycleState State => _state;

    public IChild? Child => _run?.Child;

    /// <summary>The newest snapshot; safe to read from any thread.</summary>
    public volatile ProcessView View;

    /// <summary>Tells the owner that the wish or the phase changed.</summary>
    public Action<SupervisedProcess, LifecycleState>? Changed { get; set; }

    public void Redefine(ProcessDefinition definition)
    {
        Definition = definition;
        Persist();
        Publish();
    }

    /// <summary>One event; everything that follows from it is done when this returns, except what has to be waited for.</summary>
    public void Handle(LifecycleEvent happened)
    {
        // Its number may belong to a successor already, which alone may start children and write the record.
        if (_forgotten) return;
        _events.Enqueue(happened);
        if (_stepping) return;
        _stepping = true;
        try
        {
            while (_events.TryDequeue(out var next)) Step(next);
        }
        finally
        {
            _stepping = false;
        }
    }

    /// <summary>Completes when the state satisfies <paramref name="reached"/>, at once if it does already.</summary>
    public Task<LifecycleState> WhenReached(Func<LifecycleState, bool> reached)
    {
        if (reached(_state)) return Task.FromResult(_state);
        var waiter = new Waiter(reached, new TaskCompletionSource<LifecycleState>(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters.Add(waiter);
        return waiter.Done.Task;
    }

    /// <summary>Sends a signal to the child (with a shell: to its group). False: there is none.</summary>
    public bool Signal(int signal)
    {
        if (_run?.Child is not { } child || !_state.HasChild) return false;
        return LaunchPlan.Of(Definition.Config).UsesShell ? child.SignalGroup(signal) : child.Signal(signal);
    }

    /// <summary>Stops watching, without touching the child: the definition is gone, or the daemon leaves.</summary>
    public void Forget()
    {
        _forgotten = true;
        CancelTimers();
        _exitTimer?.Dispose();
        _run?.Child?.Dispose();
        _swept?.Dispose();
        (_run, _swept) = (null, null);
        foreach (var waiter in _waiters) waiter.Done.TrySetResult(_state);
        _waiters.Clear();
    }

    void Step(LifecycleEvent happened)
    {
        var before = _state;
        var transition = Lifecycle.Next(before, happened, RestartPolicy.Of(Definition.Config), _services.Timers.Now);
        _state = transition.State;
        var actions = transition.Actions;
        if (actions.HasFlag(LifecycleAction.CancelTimers)) CancelTimers();
        if (actions.HasFlag(LifecycleAction.ArmBackoff)) ArmBackoff(transition.Delay);
        if (actions.HasFlag(LifecycleAction.Spawn)) _run = new Run(MakeStreams()) { GuardianPid = _services.GuardianPid };
        if (_state != before || actions != LifecycleAction.None) Persist();
        if (actions.HasFlag(LifecycleAction.SendStopSignal)) SendStopSignal();
        if (actions.HasFlag(LifecycleAction.KillTree)) KillChild();
        if (actions.HasFlag(LifecycleAction.Sweep)) Sweep();
        if (actions.HasFlag(LifecycleAction.Spawn)) Spawn();
        Publish();
        if (_state != before) Announce(before);
    }

    void Announce(LifecycleState before)
    {
        if (_state.Phase != before.Phase)
            _services.Log.LogInformation("{Name} {Phase}: {Reason}", Definition.Name, _state.Phase, _state.Reason);
        Changed?.Invoke(this, before);
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (!_waiters[i].Reached(_state)) continue;
            _waiters[i].Done.TrySetResult(_state);
            _waiters.RemoveAt(i);
        }
    }

    // ---- starting

    void Spawn()
    {
        var run = _run!;
        if (_services.Outputs.Open(run.Streams) is { } noOutput)
        {
            Failed(run, noOutput);
            return;
        }
        var (request, failure) = SpawnPlan.For(Definition, Key.Instance, _environmentOf(Definition), run.Streams);
        var outcome = request is null ? new SpawnOutcome(null, failure) : _services.System.Spawn(request);
        if (outcome.Child is not { } child)
        {
            _services.Outputs.Discard(run.Streams);
            Failed(run, outcome.Failure!);
            return;
        }
        run.StartedAt = _services.Clock.GetUtcNow();
        Take(run, child);
        Handle(new LifecycleEvent.SpawnSucceeded());
    }

    void Failed(Run run, SpawnFailure failure)
    {
        if (_run == run) _run = null;
        Handle(new LifecycleEvent.SpawnFailed(failure));
    }

    void Take(Run run, IChild child)
    {
        run.Child = child;
        child.OnExit(() => _services.Post(() => OnEnded(run)));
    }

    RunStreams MakeStreams()
    {
        var config = Definition.Config;
        var id = Math.Max(_lastRunId + 1, (ulong)_services.Clock.GetUtcNow().UtcTicks);
        _lastRunId = id;
        return StreamsOf(id);
    }

    RunStreams StreamsOf(ulong runId)
    {
        var config = Definition.Config;
        var (outFile, errFile) = LogPaths.Of(_services.Home, Definition, Key.Instance);
        return new RunStreams
        {
            Key = Key,
            RunId = runId,
            OutFifo = _services.Home.FifoPath(Key, runId, "out"),
            ErrFifo = _services.Home.FifoPath(Key, runId, "err"),
            StdinFifo = config.Stdin == "pipe" ? _services.Home.FifoPath(Key, runId, "in") : null,
            OutFile = outFile,
            ErrFile = errFile,
            Owner = config.User,
        };
    }

    void ArmBackoff(TimeSpan delay)
    {
        _nextStartAt = _services.Timers.Now + delay;
        _backoffTimer = _services.Timers.After(delay, () =>
        {
            _nextStartAt = null;
            Handle(new LifecycleEvent.BackoffElapsed());
        });
    }

    // ---- stopping

    void SendStopSignal()
    {
        var policy = StopPolicy.Of(Definition.Config);
        Signal(policy.Signal);
        // A stopped (SIGSTOP, Ctrl-Z) child does not see the signal before it goes on.
        if (policy.Signal != Signals.SIGKILL) Signal(Signals.SIGCONT);
        _stopTimer = _services.Timers.After(policy.Timeout, () => Handle(new LifecycleEvent.StopTimedOut()));
    }

    void KillChild()
    {
        _run?.Child?.SignalGroup(Signals.SIGKILL);
        _run?.Child?.Signal(Signals.SIGKILL);
    }

    void CancelTimers()
    {
        _stopTimer?.Dispose();
        _backoffTimer?.Dispose();
        (_stopTimer, _backoffTimer, _nextStartAt) = (null, null, null);
    }

    // ---- the end of a child

    /// <summary>The kernel says that the child ended. Its status is saved before it is reaped, so that no daemon's death can lose it.</summary>
    void OnEnded(Run run)
    {
        if (_run != run || run.Child is not { } child) return;
        if (child.PeekExit() is { } status) Ended(run, status);
        else if (run.GuardianPid != _services.GuardianPid) Ended(run, ExitStatus.Unknown);
        else _exitTimer ??= _services.Timers.After(ExitStatusPatience, () => Ended(run, child.PeekExit() ?? ExitStatus.Unknown));
    }

    /// <summary>The guardian reaped a process: true when it was this instance's adopted child.</summary>
    public bool TakeGuardianRecord(int pid, long startTicks, ExitStatus status)
    {
        if (_run is not { Child: { IsOwn: false } child } run || child.Pid != pid || child.StartTicks != startTicks) return false;
        Ended(run, status);
        return true;
    }

    void Ended(Run run, ExitStatus status)
    {
        if (_run != run) return;
        _exitTimer?.Dispose();
        _exitTimer = null;
        Remember(run, status);
        _services.Records.Save(Key, MakeRecord() with { HasEnded = true, ExitCode = status.Code, ExitSignal = status.Signal });
        _sweepPid = run.Child!.Pid;
        run.Child.Reap();
        _services.Outputs.Finish(run.Streams);
        (_run, _swept) = (null, run.Child);
        Handle(new LifecycleEvent.ChildExited(status));
    }

    void Remember(Run run, ExitStatus status)
    {
        _exits.Insert(0, new RecentExit
        {
            Pid = run.Child!.Pid,
            StartedAt = run.StartedAt,
            EndedAt = _services.Clock.GetUtcNow(),
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            Reason = _state.Phase == LifecyclePhase.Stopping ? $"{status}: {_state.Reason}" : status.ToString(),
        });
        if (_exits.Count > KeptExits) _exits.RemoveAt(KeptExits);
    }

    /// <summary>Kills what the child left behind, until nothing of it lives.</summary>
    void Sweep()
    {
        var left = StopPolicy.Of(Definition.Config).KillTree
            ? _services.System.KillLeftovers(new TreeMark(_sweepPid, Key.Id, Key.Instance))
            : 0;
        if (left == 0)
        {
            _swept?.Dispose();
            _swept = null;
            Handle(new LifecycleEvent.TreeGone());
        }
        else _services.Timers.After(SweepAgainAfter, Sweep);
    }

    // ---- after an earlier daemon

    /// <summary>Goes on where an earlier daemon of this boot was. Called once, before any event.</summary>
    public void Resume(RunRecord record)
    {
        _exits.AddRange(record.RecentExits);
        _state = RunRecords.StateOf(record);
        if (record.RunId != 0) _lastRunId = Math.Max(_lastRunId, record.RunId);
        switch (_state.Phase)
        {
            case LifecyclePhase.Online or LifecyclePhase.Stopping:
                ResumeChild(record);
                break;
            case LifecyclePhase.Spawning:
                ResumeIntent(record);
                break;
            case LifecyclePhase.Sweeping:
                _sweepPid = record.Pid;
                Sweep();
                break;
            case LifecyclePhase.Waiting:
                var due = TimeSpan.FromMilliseconds(record.NextStartMonotonicMs) - _services.Timers.Now;
                ArmBackoff(due > TimeSpan.Zero ? due : TimeSpan.Zero);
                break;
        }
        Publish();
    }

    /// <summary>After a reboot only the counters and the history are of use.</summary>
    public void ResumeHistory(RunRecord record)
    {
        _exits.AddRange(record.RecentExits);
        _state = _state with { Restarts = record.Restarts, Reason = "the machine was restarted" };
        Publish();
    }

    void ResumeChild(RunRecord record)
    {
        var run = RunOf(record);
        _services.Outputs.Resume(run.Streams);
        if (record.HasEnded)
        {
            // Seen and saved, perhaps not reaped: the guardian reaps what its dead daemon left.
            _sweepPid = record.Pid;
            Handle(new LifecycleEvent.ChildExited(record.ExitStatus));
            return;
        }
        _run = run;
        Take(run, _services.System.Adopt(record.Pid, record.StartTicks) ?? new EndedChild(record.Pid, record.StartTicks));
        if (_state.Phase == LifecyclePhase.Stopping) SendStopSignal();
    }

    /// <summary>A spawn was intended and nobody knows whether it happened: who holds the run's FIFO is the child.</summary>
    void ResumeIntent(RunRecord record)
    {
        var run = RunOf(record);
        var holder = _services.System.FindFifoHolder(run.Streams.OutFifo);
        if (holder is { } found && _services.System.Adopt(found.Pid, found.StartTicks) is { } child)
        {
            _run = run;
            run.StartedAt ??= _services.Clock.GetUtcNow();
            _services.Outputs.Resume(run.Streams);
            Take(run, child);
            Handle(new LifecycleEvent.SpawnSucceeded());
            return;
        }
        _services.Outputs.Discard(run.Streams);
        Handle(new LifecycleEvent.SpawnForgotten());
    }

    Run RunOf(RunRecord record) => new(StreamsOf(record.RunId)) { StartedAt = record.StartedAt, GuardianPid = record.GuardianPid };

    // ---- what outlives this daemon

    void Persist() => _services.Records.Save(Key, MakeRecord());

    RunRecord MakeRecord() => RunRecords.Of(_state, Definition, _services, _run, _sweepPid, _nextStartAt, _exits);

    void Publish() => View = MakeView();

    ProcessView MakeView()
    {
        var (outLog, errLog) = LogPaths.Of(_services.Home, Definition, Key.Instance);
        return new ProcessView
        {
            Key = Key,
            Definition = Definition,
            State = _state,
            Pid = _run?.Child?.Pid,
            StartTicks = _run?.Child?.StartTicks ?? 0,
            RunId = _run?.Id ?? 0,
            StartedAt = _run?.StartedAt,
            NextStartAt = _nextStartAt,
            RecentExits = [.. _exits],
            OutLog = outLog,
            ErrLog = errLog,
        };
    }

    readonly record struct Waiter(Func<LifecycleState, bool> Reached, TaskCompletionSource<LifecycleState> Done);
}
