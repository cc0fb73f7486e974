using Tspm.Model;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// The one writer: what can be done to processes. Every member runs on the supervisor's thread (see <see cref="SupervisorHandle"/>) and returns at
/// once; what takes time is in the tasks it gives back.
/// </summary>
internal sealed class Supervisor
{
    readonly SupervisionServices _services;
    readonly SupervisorLoop _loop;
    readonly StateSaver _saver;
    readonly MemoryWatch _memory;
    readonly ReadinessWatch _readiness;
    readonly HealthWatch _health;
    TaskCompletionSource<string?>? _nextSave;

    public Supervisor(SupervisionServices services, SupervisorLoop loop, StateSaver saver)
    {
        (_services, _loop, _saver) = (services, loop, saver);
        _memory = new MemoryWatch(services);
        _readiness = new ReadinessWatch(services);
        _health = new HealthWatch(services);
        Table = new ProcessTable(services) { Changed = OnChanged };
    }

    public ProcessTable Table { get; }

    /// <summary>Something that will be settled: <see cref="Settled"/> completes with the state in which it is.</summary>
    public sealed record Pending(SupervisedProcess Cell, Task<LifecycleState> Settled, bool Unchanged);

    /// <summary>Starts what should be up after a daemon's start, and goes on with what an earlier one of this boot left running.</summary>
    public void Resume(ProcessesFile file, Inheritance left)
    {
        Table.Load(file);
        var bootId = _services.System.BootId;
        Recovery.RestoreLostDefinitions(Table, left.Records, _services.System);
        foreach (var cell in Table.Cells)
        {
            var record = left.Records.GetValueOrDefault(cell.Key);
            var present = record?.BootId == bootId ? record : null;
            if (left.RunNewerThan(cell.Key, present?.RunId ?? 0) is { } runId && cell.ResumeUnrecorded(present, runId, left)) continue;
            if (present is not null) cell.Resume(present, left);
            else if (record is not null) cell.ResumeHistory(record);
        }
        foreach (var record in left.Reaped) TakeGuardianRecord(record);
        foreach (var cell in Table.Cells)
        {
            FollowWish(cell, left.Records.TryGetValue(cell.Key, out var record) && record.BootId == bootId);
            Watch(cell); // an adopted child came without a change
        }
    }

    void FollowWish(SupervisedProcess cell, bool recordIsNewer)
    {
        var definition = cell.Definition;
        var saved = definition.Desired == DesiredState.Up && definition.DownInstances?.Contains(cell.Key.Instance) != true;
        var up = recordIsNewer ? cell.State.Desired == DesiredState.Up : saved;
        if (up && !definition.IsEnabled && !cell.State.HasChild) return;
        // On its way down with a wish to be up: the earlier daemon died during its own shutdown.
        var isGoingDown = cell.State is { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };
        if (up && (isGoingDown || cell.State.Phase == LifecyclePhase.Stopped)) cell.Handle(new LifecycleEvent.StartRequested("started with the daemon"));
        if (!up && cell.State.Phase is (LifecyclePhase.Starting or LifecyclePhase.Online)) cell.Handle(new LifecycleEvent.StopRequested(cell.State.Reason));
    }

    public SelectorResult Resolve(IReadOnlyList<string> selectors) => SelectorMatcher.Resolve(selectors, Targets());

    /// <summary>The instances that selectors mean, or the sentence about the one that means nothing.</summary>
    public IReadOnlyList<SupervisedProcess> Select(IReadOnlyList<string> selectors)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!);
        return [.. result.Matches.Select(match => Table.Find(new InstanceKey(match.Id, match.Instance))!)];
    }

    /// <summary>Adds a complete config as a new definition, or replaces that of <paramref name="replaced"/>.</summary>
    public SupervisedProcess[] Define(
        ProcessConfig config, IReadOnlyDictionary<string, string> environment, long? openFilesLimit, ProcessDefinition? replaced = null)
    {
        var id = replaced?.Id ?? Table.NextId;
        return Table.Put(new ProcessDefinition
        {
            Id = id,
            Config = config with { Id = null },
            Desired = DesiredState.Down,
            EnvironmentKey = Table.KeepEnvironment(environment),
            OpenFilesLimit = openFilesLimit ?? replaced?.OpenFilesLimit,
            CreatedAt = replaced?.CreatedAt ?? _services.Clock.GetUtcNow(),
        });
    }

    public Pending Start(SupervisedProcess cell, string cause)
    {
        var unchanged = cell.State.Phase == LifecyclePhase.Online;
        cell.Handle(new LifecycleEvent.StartRequested(cause));
        return new Pending(cell, cell.WhenReached(IsStartSettled), unchanged);
    }

    public Pending Stop(SupervisedProcess cell, string cause)
    {
        var unchanged = cell.State.Phase == LifecyclePhase.Stopped;
        cell.Handle(new LifecycleEvent.StopRequested(cause));
        return new Pending(cell, cell.WhenReached(state => state.Phase == LifecyclePhase.Stopped || state.Desired == DesiredState.Up), unchanged);
    }

    public Pending Restart(SupervisedProcess cell, string cause)
    {
        cell.Handle(new LifecycleEvent.RestartRequested(cause));
        return new Pending(cell, cell.WhenReached(IsStartSettled), false);
    }

    /// <summary>Set by <see cref="Shutdown"/>: nothing is begun any more, it would outlive its daemon.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>Stops everything for the daemon's own end; wishes stay as they are.</summary>
    public Task Shutdown()
    {
        IsShuttingDown = true;
        foreach (var cell in Table.Cells) cell.Handle(new LifecycleEvent.ShutdownRequested());
        return Task.WhenAll(Table.Cells.Select(cell => cell.WhenReached(state => state.Phase == LifecyclePhase.Stopped)));
    }

    /// <summary>The guardian reaped an orphan. False: it was nobody's child.</summary>
    public bool TakeGuardianRecord(GuardianRecord record)
    {
        foreach (var cell in Table.Cells)
            if (cell.TakeGuardianRecord(record.Pid, record.StartTicks, record.Status)) return true;
        return false;
    }

    /// <summary>Saves the state as it is when the present work of the loop is done: one write for many changes. Null: it is on disk; else why not.</summary>
    public Task<string?> Save()
    {
        if (_nextSave is { } waiting) return waiting.Task;
        var next = _nextSave = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            _nextSave = null;
            _saver.Save(Table.Snapshot()).ContinueWith(saved => next.SetResult(saved.Result), TaskContinuationOptions.ExecuteSynchronously);
        });
        return next.Task;
    }

    static bool IsStartSettled(LifecycleState state) =>
        state.Phase is LifecyclePhase.Online or LifecyclePhase.Waiting or LifecyclePhase.Errored or LifecyclePhase.Stopped;

    void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (cell.State.Desired != before.Desired) Save();
        Watch(cell);
    }

    void Watch(SupervisedProcess cell)
    {
        _memory.OnChanged(cell);
        _readiness.OnChanged(cell);
        _health.OnChanged(cell);
    }

    List<SelectorTarget> Targets()
    {
        var targets = new List<SelectorTarget>(Table.Cells.Length);
        foreach (var cell in Table.Cells)
            targets.Add(new SelectorTarget(cell.Key.Id, cell.Definition.Name, cell.Definition.Namespace, cell.Key.Instance));
        return targets;
    }
}
