using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// One instance and its at most one child (two during a reload, see SupervisedProcessReload.cs): carries out what <see cref="Lifecycle"/> decides. Lives on the supervisor's thread; only
/// <see cref="View"/> may be read from others.
/// Every transition is on disk (run record) before its effect, so that a successor knows what was meant.
/// </summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>How often to look again whether what a dead daemon left of its preStart is gone.</summary>
    static readonly TimeSpan SweepAgainAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long a guardian (or, when that was replaced, the kernel, which waits for init to reap) may take to tell how an adopted child ended. An init does it at once; what runs as PID 1 in a
    /// virtual machine or a container may look every few seconds only, or never.
    /// </summary>
    static readonly TimeSpan ExitStatusPatience = TimeSpan.FromSeconds(5);

    readonly SupervisionServices _services;
    readonly Func<ProcessDefinition, IReadOnlyDictionary<string, string>> _environmentOf;
    readonly StateWaiters _waiters = new();
    readonly Queue<LifecycleEvent> _events = new();
    readonly ExitHistory _exits = new();
    LifecycleState _state = LifecycleState.New;
    Run? _run;
    /// <summary>The run whose child ended last; its ending goes on until its whole tree is gone.</summary>
    Run? _ended;
    /// <summary>The newest there ever was.</summary>
    ulong _lastRun;
    bool _stepping;
    bool _forgotten;
    IDisposable? _backoffTimer;
    TimeSpan? _nextStartAt;
    bool _isRunQueued;

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

    /// <summary>The definition has fewer instances by now: this one is stopped, then forgotten.</summary>
    public bool IsSurplus => Key.Instance >= Definition.Instances;

    /// <summary>Its name, with the number of the instance when there are several.</summary>
    public string DisplayName => Definition.Instances > 1 ? $"{Definition.Name}:{Key.Instance}" : Definition.Name;

    public LifecycleState State => _state;

    public IChild? Child => _run?.Child;

    /// <summary>Number of its newest run; 0: it never ran.</summary>
    public ulong LastRun => _lastRun;

    /// <summary>One more run is to follow the present one. On record: the next daemon keeps to it.</summary>
    public bool IsRunQueued
    {
        get => _isRunQueued;
        set
        {
            if (_isRunQueued == value || _forgotten) return;
            _isRunQueued = value;
            Persist();
        }
    }

    /// <summary>Addresses on which it has to be listened for it: the present child's, and those of one that is to come.</summary>
    public IReadOnlyList<string> Listen
    {
        get
        {
            var (present, next) = (_run?.Listen ?? [], _state.WillStart ? Definition.Config.Listen ?? [] : _second?.Run.Listen ?? []);
            return next.Count == 0 ? present : present.Count == 0 ? next : [.. present.Union(next)];
        }
    }

    /// <summary>The newest snapshot; safe to read from any thread.</summary>
    public volatile ProcessView View;

    /// <summary>Tells the owner that the wish or the phase changed.</summary>
    public Action<SupervisedProcess, LifecycleState>? Changed { get; set; }

    /// <summary>Says why it must not be started yet; null: it may.</summary>
    public Func<SupervisedProcess, string?>? HeldBy { get; set; }

    /// <summary>See <see cref="ProcessTable.UnsavedEnvironmentOf"/>.</summary>
    public Func<ProcessDefinition, IReadOnlyDictionary<string, string>?>? UnsavedEnvironment { get; init; }

    /// <param name="definition">The new one.</param>
    /// <param name="isNew">False: it is the one that the run record has already, and that record is still to be resumed.</param>
    public void Redefine(ProcessDefinition definition, bool isNew = true)
    {
        Definition = definition;
        if (isNew) Persist();
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

    /// <summary>
    /// Those who wait look at the state once more, because what they wait for depends on more than it.
    /// </summary>
    public void AskWaiters() => _waiters.Tell(_state);

    /// <summary>Completes when the state satisfies <paramref name="reached"/>, at once if it does already.</summary>
    public Task<LifecycleState> WhenReached(Func<LifecycleState, bool> reached) => _waiters.Wait(_state, reached);

    /// <summary>Gives up a wait of <see cref="WhenReached"/>, whose task then never completes.</summary>
    public void Forget(Task<LifecycleState> waiting) => _waiters.Forget(waiting);

    /// <summary>Sends a signal to the child (with a shell: to its group). False: there is none.</summary>
    public bool Signal(int signal)
    {
        return _run is { } run && _state.HasChild && run.Signal(signal);
    }

    /// <summary>Stops watching, without touching the child: the definition is gone, or the daemon leaves.</summary>
    public void Forget()
    {
        _forgotten = true;
        CancelTimers();
        ForgetRun(_run);
        ForgetRun(_ended);
        _hook?.Cancel();
        _preparing?.Hook?.Cancel();
        var second = _second;
        second?.Vigil?.Dispose();
        ForgetRun(second?.Run);
        (_run, _ended, _second) = (null, null, null);
        _waiters.Release(_state);
        second?.Done?.Invoke("it was deleted");
        var preparing = _preparing;
        _preparing = null;
        preparing?.Done("it was deleted");
    }

    static void ForgetRun(Run? run)
    {
        run?.ExitTimer?.Dispose();
        run?.Ending?.Dispose();
        run?.Child?.Dispose();
    }

    void Step(LifecycleEvent happened)
    {
        var before = _state;
        var transition = Lifecycle.Next(before, happened, RestartPolicy.Of(Definition.Config), _services.Timers.Now);
        _state = transition.State;
        if (_state.Phase == LifecyclePhase.Online && _run is { } online) online.WasOnline = true;
        var actions = transition.Actions;
        var (isHeld, run) = (false, _run);
        if (actions.HasFlag(LifecycleAction.Spawn) && HeldBy?.Invoke(this) is { } held)
        {
            actions &= ~LifecycleAction.Spawn;
            isHeld = true;
            _events.Enqueue(new LifecycleEvent.HeldBack(Cause.Observed(CauseCode.Dependency, held)));
        }
        if (actions.HasFlag(LifecycleAction.CancelTimers)) CancelTimers();
        if (actions.HasFlag(LifecycleAction.ArmBackoff)) ArmBackoff(transition.Delay);
        if (actions.HasFlag(LifecycleAction.Spawn)) _run = NewRun();
        // The end of a child is on record already (see Ended): sweeping needs another record only when it takes time.
        if ((_state != before || actions != LifecycleAction.None) && !actions.HasFlag(LifecycleAction.Sweep)) Persist();
        if (!isHeld) Tell(before, happened, actions, run);
        if (actions.HasFlag(LifecycleAction.SendStopSignal)) EndingOf(_run!).SendStopSignal();
        if (actions.HasFlag(LifecycleAction.KillTree)) (_run ?? _ended)?.Ending?.Kill();
        if (actions.HasFlag(LifecycleAction.CancelSpawn)) _hook?.Cancel();
        if (actions.HasFlag(LifecycleAction.Sweep)) CleanUp();
        if (actions.HasFlag(LifecycleAction.Spawn)) Spawn();
        CancelReload();
        Publish();
        if (_state != before) Announce(before);
    }

    void Announce(LifecycleState before)
    {
        if (_state.Phase is not (LifecyclePhase.Spawning or LifecyclePhase.Sweeping) && _state.Phase != before.Phase)
            _services.Log.LogInformation("{Name} {State}: {Reason}", Definition.Name, StateNames.Of(_state.Observed), _state.Reason);
        Changed?.Invoke(this, before);
        _waiters.Tell(_state);
    }

    void CancelTimers()
    {
        _backoffTimer?.Dispose();
        (_backoffTimer, _nextStartAt) = (null, null);
    }

    // ---- what outlives this daemon

    /// <summary>Writes the run record as it is now.</summary>
    public void Persist() => _services.Records.Save(Key, MakeRecord());

    Run? RecordedRun => _run ?? (_state.Phase == LifecyclePhase.Sweeping ? _ended : null);

    RunRecord MakeRecord() => RunRecords.Of(_state, Definition, _services, RecordedRun, _nextStartAt, _exits.Newest) with
    {
        LastRunId = _lastRun, Second = SecondRecord, IsRunQueued = _isRunQueued, Environment = UnsavedEnvironment?.Invoke(Definition),
        Facts = _facts.Other(RecordedRun), GoodFacts = _facts.Good, WasOnline = RecordedRun?.WasOnline == true,
    };

    void Publish() => View = MakeView();

    ProcessView MakeView()
    {
        var (outLog, errLog) = LogPaths.Of(_services.Home, Definition, Key.Instance);
        return new ProcessView
        {
            Key = Key,
            Definition = Definition,
            State = _state,
            Pid = _run is { HasEnded: false } ? _run.Child?.Pid : null,
            StartTicks = _run?.Child?.StartTicks ?? 0,
            RunId = _run?.Id ?? 0,
            StartedAt = _run?.StartedAt,
            StartedWith = _run is { HasEnded: false } ? RunRecords.EarlierConfig(_run, Definition) : null,
            NextStartAt = _nextStartAt,
            WaitsFor = WaitsFor,
            StartLimitAt = StartLimitAt,
            KillAt = KillAt,
            Health = _run?.IsHealthy,
            FailedSpawn = _failedSpawn,
            ProbeProblem = _run?.ProbeProblem,
            ReadyNote = _state.Phase == LifecyclePhase.Online ? _run?.Listeners?.Note : null,
            StatusText = _run?.StatusText,
            WatchProblem = _watchProblem,
            NextRunAt = _nextRunAt,
            RecentExits = _exits.Newest,
            Listen = Listen,
            OutLog = outLog,
            ErrLog = errLog,
        };
    }
}
