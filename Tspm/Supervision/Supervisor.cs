using Tspm.Model;
using Tspm.Storage;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Triggers;

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
    readonly StopOrder _stopOrder;
    readonly Reloads _reloads;
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
        Triggers = new TriggerSet(services, Table);
        Table.Rearranged = Triggers.Schedule.OnRearranged;
        FormerRuns = new FormerRuns(services, Table);
        Dependencies = new Dependencies(Table, loop.Post) { HeldElsewhere = FormerRuns.Holds };
        FormerRuns.Freed = Dependencies.LookAgain;
        Table.HeldBy = Dependencies.Missing;
        _stopOrder = new StopOrder(loop.Post);
        _reloads = new Reloads(loop.Post);
    }

    public Dependencies Dependencies { get; }

    public FormerRuns FormerRuns { get; }

    public TriggerSet Triggers { get; }

    public ProcessTable Table { get; }

    /// <summary>On whose behalf the present work of the loop is done; null: nobody's.</summary>
    public Asker? Asker { get; set; }

    /// <summary>Something that will be settled: <see cref="Settled"/> completes with the state in which it is.</summary>
    public sealed record Pending(SupervisedProcess Cell, Task<LifecycleState> Settled, bool Unchanged)
    {
        /// <summary>The ends that were known when it was begun: later ones came of it.</summary>
        public IReadOnlyList<RecentExit> ExitsBefore { get; } = Cell.View.RecentExits;

        /// <summary>What went wrong, where the state does not tell; set before <see cref="Settled"/> completes.</summary>
        public string? Problem { get; set; }
    }

    /// <summary>Starts what should be up after a daemon's start, and goes on with what an earlier one of this boot left running.</summary>
    public void Resume(ProcessesFile file, Inheritance left)
    {
        foreach (var runId in left.RunIds) _services.RunNumbers.Met(runId);
        _services.Listeners.BeginResume();
        Table.Load(file);
        var bootId = _services.System.BootId;
        HookRun.CleanUp(_services, left);
        Recovery.RestoreLostDefinitions(Table, left.Records, _services.System);
        Recovery.RestoreSurplus(Table, left.Records, _services.System, _services.Records);
        foreach (var cell in Table.Cells)
        {
            var record = left.Records.GetValueOrDefault(cell.Key);
            var present = record?.BootId == bootId ? record : null;
            if (left.RunNewerThan(cell.Key, present?.NewestRun ?? 0) is { } runId && cell.ResumeUnrecorded(present, runId, left)) continue;
            if (present is not null) cell.Resume(present, left);
            else if (record is not null) cell.ResumeHistory(record);
        }
        foreach (var record in left.Reaped) TakeGuardianRecord(record);
        _services.Listeners.Resume(Table);
        foreach (var cell in Table.Cells)
        {
            FollowWish(cell, left.Records.TryGetValue(cell.Key, out var record) && record.BootId == bootId);
            Dependencies.OnChanged(cell);
            Watch(cell); // an adopted child came without a change
        }
    }

    void FollowWish(SupervisedProcess cell, bool recordIsNewer)
    {
        if (cell.IsSurplus)
        {
            Retire(cell);
            return;
        }
        var definition = cell.Definition;
        var saved = definition.Desired == DesiredState.Up && definition.DownInstances?.Contains(cell.Key.Instance) != true;
        var up = recordIsNewer ? cell.State.Desired == DesiredState.Up : saved;
        if (up && !definition.IsEnabled && !cell.State.HasChild) return;
        // On its way down with a wish to be up: the earlier daemon died during its own shutdown.
        var isDown = cell.State is { Phase: LifecyclePhase.Stopped } or { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };
        if (up && isDown)
            cell.Handle(definition.Config.IsJob
                ? new LifecycleEvent.StopIntended() // it waits for its next time
                : new LifecycleEvent.StartRequested("started with the daemon") { Word = EventCause.Daemon });
        if (!up && cell.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored)) cell.Handle(new LifecycleEvent.StopRequested(cell.State.Reason));
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
        ProcessConfig config, IReadOnlyDictionary<string, string> environment, long? openFilesLimit, ProcessDefinition? replaced = null, LaunchContext? launch = null)
    {
        var id = replaced?.Id ?? Table.NextId;
        return Put(new ProcessDefinition
        {
            Id = id,
            Config = config with { Id = null },
            Desired = DesiredState.Down,
            EnvironmentKey = Table.KeepEnvironment(environment),
            OpenFilesLimit = openFilesLimit ?? replaced?.OpenFilesLimit,
            Launch = launch ?? replaced?.Launch,
            CreatedAt = replaced?.CreatedAt ?? _services.Clock.GetUtcNow(),
        });
    }

    /// <summary>
    /// Puts a definition in the place of the one with its number, and begins to stop the instances that it has no longer. The log files of the only instance get another name when it is joined
    /// by others, and back. The result has no surplus instances.
    /// </summary>
    public SupervisedProcess[] Put(ProcessDefinition definition)
    {
        var before = Table.Instances(definition.Id)?[0].Definition.Instances ?? definition.Instances;
        var cells = Table.Put(definition);
        if (before == definition.Instances) return cells[..definition.Instances];
        var (name, home) = (definition.Name, _services.Home);
        // Waited for here, so that no new run opens a file under the new name in between. What cannot be renamed stays where it is.
        if (before > 1 != definition.Instances > 1)
            _services.Outputs.Rename([
                (home.OutLog(name, 0, before), home.OutLog(name, 0, definition.Instances)), (home.ErrLog(name, 0, before), home.ErrLog(name, 0, definition.Instances)),
            ]).GetAwaiter().GetResult();
        for (var i = cells.Length - 1; i >= definition.Instances; i--) Retire(cells[i]);
        return cells[..definition.Instances];
    }

    /// <summary>Changes the number of instances: new ones are started when the process is up. What has to be waited for; empty: nothing changed that anybody could see.</summary>
    public IReadOnlyList<Pending> Scale(ProcessDefinition definition, string cause)
    {
        var before = Table.Instances(definition.Id)!;
        var isUp = before.Any(cell => !cell.IsSurplus && cell.State.Desired == DesiredState.Up);
        var had = before[0].Definition.Instances;
        var cells = Put(definition);
        var pending = new List<Pending>();
        for (var i = had; i < cells.Length; i++) pending.Add(isUp ? Start(cells[i], cause) : new Pending(cells[i], Task.FromResult(cells[i].State), false));
        for (var i = before.Length - 1; i >= definition.Instances; i--) pending.Add(new Pending(before[i], before[i].WhenReached(IsDown), false));
        return pending;
    }

    /// <summary>A changed definition takes effect while the child goes on: limits, health, watched files, the log's rules. Times and policies are looked up whenever they are needed.</summary>
    public void Refresh(SupervisedProcess cell)
    {
        cell.TakeHealth();
        Triggers.Watch.Refresh(cell);
        _memory.OnChanged(cell);
        _health.OnChanged(cell);
        var (outLog, errLog) = (cell.View.OutLog, cell.View.ErrLog);
        _services.Outputs.Keep(outLog == errLog ? [outLog] : [outLog, errLog], LogPolicy.Of(cell.Definition.Config));
    }

    void Retire(SupervisedProcess cell)
    {
        cell.Handle(new LifecycleEvent.StopRequested("there are fewer instances now") { By = Asker });
        if (IsStopped(cell.State)) Drop(cell);
    }

    /// <summary>Not at once: the instance may be in the middle of a step.</summary>
    void Drop(SupervisedProcess cell) => _loop.Post(() => Table.DropSurplus(cell.Key.Id));

    public Pending Start(SupervisedProcess cell, string cause)
    {
        var unchanged = cell.State.Phase == LifecyclePhase.Online;
        cell.Handle(new LifecycleEvent.StartRequested(cause) { By = Asker });
        return new Pending(cell, Started(cell), unchanged);
    }

    public Pending Stop(SupervisedProcess cell, string cause) => Stop([cell], cause)[0];

    /// <summary>In the reverse order of dependencies.</summary>
    public IReadOnlyList<Pending> Stop(IReadOnlyList<SupervisedProcess> cells, string cause)
    {
        var unchanged = new bool[cells.Count];
        for (var i = 0; i < unchanged.Length; i++)
        {
            unchanged[i] = IsStopped(cells[i].State);
            Triggers.Schedule.OnStopAsked(cells[i]);
        }
        _stopOrder.Stop(cells, new LifecycleEvent.StopRequested(cause) { By = Asker });
        return [.. cells.Select((cell, i) => new Pending(cell, cell.WhenReached(IsDown), unchanged[i]))];
    }

    public Pending Restart(SupervisedProcess cell, string cause)
    {
        cell.Handle(new LifecycleEvent.RestartRequested(cause) { By = Asker });
        return new Pending(cell, Started(cell), false);
    }

    /// <summary>
    /// New children for old ones, an instance of a process after the other. What is not online is started, or restarted.
    /// </summary>
    public IReadOnlyList<Pending> Reload(IReadOnlyList<SupervisedProcess> cells, string cause)
    {
        var online = _reloads.Begin([.. cells.Where(cell => cell.State.Phase == LifecyclePhase.Online)]);
        return [.. cells.Select(cell => online.GetValueOrDefault(cell) ?? (cell.State.Phase == LifecyclePhase.Starting ? Restart(cell, cause) : Start(cell, cause)))];
    }

    Task<LifecycleState> Started(SupervisedProcess cell) =>
        cell.WhenReached(state => IsStartSettled(state) || (state.Phase == LifecyclePhase.Held && Dependencies.IsStuck(cell)));

    /// <summary>Set by <see cref="Shutdown"/>: nothing is begun any more, it would outlive its daemon.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>Stops everything for the daemon's own end; wishes stay as they are.</summary>
    public Task Shutdown()
    {
        IsShuttingDown = true;
        Triggers.End();
        _stopOrder.Stop(Table.Cells, new LifecycleEvent.ShutdownRequested { By = Asker });
        return Task.WhenAll(Table.Cells.Select(cell => (Task)cell.WhenReached(IsStopped)).Append(_services.Hooks.End()));
    }

    /// <summary>The guardian reaped an orphan. False: it was nobody's child.</summary>
    public bool TakeGuardianRecord(GuardianRecord record)
    {
        foreach (var cell in Table.Cells)
            if (cell.TakeGuardianRecord(record.Pid, record.StartTicks, record.Status)) return true;
        foreach (var cell in Table.Cells) cell.OnOrphanReaped();
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
            var state = Table.Snapshot();
            _saver.Save(state).ContinueWith(
                saved =>
                {
                    if (saved.Result is null) Table.OnSaved(state);
                    next.SetResult(saved.Result);
                },
                TaskContinuationOptions.ExecuteSynchronously);
        });
        return next.Task;
    }

    static bool IsStopped(LifecycleState state) => state.Phase == LifecyclePhase.Stopped;

    /// <summary>Or is no longer on its way there.</summary>
    static bool IsDown(LifecycleState state) => IsStopped(state) || state.Desired == DesiredState.Up;

    static bool IsStartSettled(LifecycleState state) =>
        state.Phase is LifecyclePhase.Online or LifecyclePhase.Waiting or LifecyclePhase.Errored or LifecyclePhase.Stopped;

    void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (cell.State.Desired != before.Desired) Save();
        Watch(cell);
        Dependencies.OnChanged(cell);
        _services.Listeners.CloseUnneeded(cell.Key.Id, Table);
        _stopOrder.OnChanged(cell);
        if (cell.IsSurplus && IsStopped(cell.State)) Drop(cell);
    }

    void Watch(SupervisedProcess cell)
    {
        _memory.OnChanged(cell);
        _readiness.OnChanged(cell);
        _health.OnChanged(cell);
        Triggers.OnChanged(cell);
    }

    List<SelectorTarget> Targets()
    {
        var targets = new List<SelectorTarget>(Table.Cells.Length);
        foreach (var cell in Table.Cells)
            if (!cell.IsSurplus) targets.Add(SelectorTarget.Of(cell.Definition, cell.Key.Instance));
        return targets;
    }
}
