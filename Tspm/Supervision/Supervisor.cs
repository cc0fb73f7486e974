using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Ordering;
using Tspm.Supervision.Process;
using Tspm.Supervision.Recovery;
using Tspm.Supervision.Starting;
using Tspm.Supervision.Triggers;

namespace Tspm.Supervision;

/// <summary>
/// The one writer: what can be done to processes. Every member runs on the supervisor's thread and returns at once;
/// what takes time is in the tasks it gives back. Others give orders (see <see cref="SupervisorHandle"/>).
/// </summary>
internal sealed class Supervisor
{
    readonly SupervisionServices _services;
    readonly SupervisorLoop _loop;
    readonly MemoryWatch _memory;
    readonly StopOrder _stopOrder;
    readonly Reloads _reloads;
    readonly HealthWatch _health;
    readonly Commits _commits;
    readonly IProcessObserver[] _observers;

    public Supervisor(SupervisionServices services, SupervisorLoop loop, IStateSaver saver)
    {
        (_services, _loop) = (services, loop);
        _memory = new MemoryWatch(services);
        _health = new HealthWatch(services);
        Table = new ProcessTable(services) { Changed = OnChanged };
        Selection = new ProcessSelection(Table);
        LogMoves = new LogMoves(Table, services);
        _commits = new Commits(Table, loop, saver, LogMoves);
        Deletions = new Deletions(Table, services, _commits, LogMoves);
        Table.LogsMoving = LogMoves.MovingOf;
        Changes = new Changes(this, services, _commits);
        Triggers = new TriggerSet(services, Table);
        Table.Rearranged = Triggers.Schedule.OnRearranged;
        LegacyRuns = new LegacyRuns(services, Table);
        Dependencies = new Dependencies(Table, loop.Post) { HeldElsewhere = LegacyRuns.Holds };
        LegacyRuns.Freed = Dependencies.LookAgain;
        Table.HeldBy = Dependencies.Missing;
        _stopOrder = new StopOrder(loop.Post);
        _reloads = new Reloads(loop.Post);
        _observers = Observers();
    }

    /// <summary>Which processes selectors mean.</summary>
    public ProcessSelection Selection { get; }

    public Dependencies Dependencies { get; }

    public LegacyRuns LegacyRuns { get; }

    public TriggerSet Triggers { get; }

    public ProcessTable Table { get; }

    public LogMoves LogMoves { get; }

    public Deletions Deletions { get; }

    public Changes Changes { get; }

    /// <summary>
    /// Starts what should be up after a daemon's start, and goes on with what an earlier one of this boot left running.
    /// </summary>
    public void Resume(ProcessesFile file, RecoveredState left) =>
        new StartupRecovery(this, _services, _loop).Resume(file, left);

    /// <summary>Adds a complete config as a new definition, or replaces that of <paramref name="replaced"/>.</summary>
    public SupervisedProcess[] Define(
        ProcessConfig config, IReadOnlyDictionary<string, string> environment, long? openFilesLimit,
        ProcessDefinition? replaced = null, LaunchContext? launch = null,
        string? project = null)
    {
        var id = replaced?.Id ?? Table.NextId;
        return Put(new ProcessDefinition
        {
            Id = id,
            Config = config with { Id = null },
            EnvironmentKey = Table.Environments.Keep(environment),
            OpenFilesLimit = openFilesLimit ?? replaced?.OpenFilesLimit,
            Launch = launch ?? replaced?.Launch,
            CreatedAt = replaced?.CreatedAt ?? _services.Clock.GetUtcNow(),
            Project = project ?? replaced?.Project,
        });
    }

    /// <summary>
    /// Puts a definition in the place of the one with its number. Once it is saved, the instances that it has no longer
    /// are stopped, and log files get the names that it gives them. The result has
    /// no surplus instances.
    /// </summary>
    public SupervisedProcess[] Put(ProcessDefinition definition, Requester? by = null)
    {
        var (id, former) = (definition.Id, Table.Instances(definition.Id)?[0].Definition);
        if (former is not null) definition = definition with { LogsUnder = LogMoves.Owed(former, definition) };
        var cells = Table.Put(definition);
        if (former is { Deletion: not null } && definition.Deletion is null) _loop.Post(() => Deletions.Look(id));
        if (cells.Length > definition.Instances) Changes.Once(() => RetireSurplus(id, by));
        return cells[..definition.Instances];
    }

    /// <summary>
    /// A changed definition takes effect while the child goes on: limits, health, watched files, the log's rules. Times
    /// and policies are looked up whenever they are needed.
    /// </summary>
    public void Refresh(SupervisedProcess cell)
    {
        HealthWatch.Refresh(cell);
        Triggers.Watch.Refresh(cell);
        _memory.OnChanged(cell, cell.State);
        _health.OnChanged(cell, cell.State);
        var (outLog, errLog) = (cell.View.OutLog, cell.View.ErrLog);
        _services.Outputs.Keep(outLog == errLog ? [outLog] : [outLog, errLog], LogPolicy.Of(cell.Definition.Config));
    }

    void RetireSurplus(int id, Requester? by)
    {
        var cells = Table.Instances(id) ?? [];
        for (var i = cells.Length - 1; i >= 0 && cells[i].IsSurplus; i--) Retire(cells[i], by);
    }

    /// <summary>Stops an instance that its definition has no longer; then it is forgotten.</summary>
    /// <param name="cell">The instance.</param>
    /// <param name="by">Who wanted fewer; null: nobody knows.</param>
    public void Retire(SupervisedProcess cell, Requester? by = null)
    {
        cell.Handle(new LifecycleEvent.StopRequested(Cause.Requested(CauseRequest.FewerInstances) with { By = by }));
        // Not at once: the instance may be in the middle of a step.
        if (IsStopped(cell.State)) _loop.Post(() => Table.DropSurplus(cell.Key.Id));
    }

    public PendingChange Start(SupervisedProcess cell, Cause cause)
    {
        var unchanged = cell.State.Phase == LifecyclePhase.Online;
        cell.Handle(new LifecycleEvent.StartRequested(cause));
        return new PendingChange(cell, Started(cell), unchanged);
    }

    public PendingChange Stop(SupervisedProcess cell, Cause cause) => Stop([cell], cause)[0];

    /// <summary>In the reverse order of dependencies.</summary>
    public IReadOnlyList<PendingChange> Stop(IReadOnlyList<SupervisedProcess> cells, Cause cause)
    {
        var unchanged = new bool[cells.Count];
        for (var i = 0; i < unchanged.Length; i++)
        {
            unchanged[i] = IsStopped(cells[i].State);
            ScheduleTrigger.OnStopAsked(cells[i]);
        }
        _stopOrder.Stop(cells, new LifecycleEvent.StopRequested(cause));
        return [.. cells.Select((cell, i) => new PendingChange(cell, cell.Life.WhenReached(IsDown), unchanged[i]))];
    }

    public PendingChange Restart(SupervisedProcess cell, Cause cause)
    {
        var problem = new RestartRefusal(_services).Of(cell, cause.By)
            ?? cell.Restart(new LifecycleEvent.RestartRequested(cause));
        var settled = problem is null ? Started(cell) : Task.FromResult(cell.State);
        return new PendingChange(cell, settled, false) { Problem = problem };
    }

    /// <summary>
    /// New children for old ones, an instance of a process after the other. What is not online is started, or
    /// restarted.
    /// </summary>
    public IReadOnlyList<PendingChange> Reload(IReadOnlyList<SupervisedProcess> cells, Cause cause)
    {
        var online = _reloads.Begin(
            [.. cells.Where(cell => cell.State.Phase == LifecyclePhase.Online)], cause);
        return [.. cells.Select(cell => online.GetValueOrDefault(cell)
            ?? (cell.State.Phase == LifecyclePhase.Starting ? Restart(cell, cause) : Start(cell, cause)))];
    }

    Task<LifecycleState> Started(SupervisedProcess cell) => cell.Life.WhenReached(IsStarted(cell));

    /// <summary>Whether a state is one in which the start of an instance has come to an end, or to a halt.</summary>
    public Func<LifecycleState, bool> IsStarted(SupervisedProcess cell) =>
        state => IsStartSettled(state) || (state.Phase == LifecyclePhase.Held && Dependencies.IsStuck(cell));

    /// <summary>Set by <see cref="Shutdown"/>: nothing is begun any more, it would outlive its daemon.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>Stops everything for the daemon's own end; wishes stay as they are.</summary>
    /// <param name="by">Who asked for it; null: nobody knows.</param>
    public Task Shutdown(Requester? by = null)
    {
        IsShuttingDown = true;
        Triggers.End();
        _stopOrder.Stop(Table.Cells, new LifecycleEvent.ShutdownRequested(by));
        return Task.WhenAll(Table.Cells.Select(cell =>
            (Task)cell.Life.WhenReached(IsStopped)).Append(_services.Hooks.End()));
    }

    /// <summary>The guardian reaped an orphan. False: it was nobody's child.</summary>
    public bool TakeGuardianRecord(GuardianRecord record)
    {
        foreach (var cell in Table.Cells)
            if (cell.Trees.TakeGuardianRecord(record)) return true;
        foreach (var cell in Table.Cells) cell.Trees.OnOrphanReaped(record.Pid);
        return false;
    }

    /// <summary>See <see cref="Commits.Save"/>.</summary>
    public Task<string?> Save() => _commits.Save();

    public static bool IsStopped(LifecycleState state) => state.Phase == LifecyclePhase.Stopped;

    /// <summary>Or is no longer on its way there.</summary>
    public static bool IsDown(LifecycleState state) => IsStopped(state) || state.Desired == DesiredState.Up;

    static bool IsStartSettled(LifecycleState state) =>
        state.Phase is LifecyclePhase.Online or LifecyclePhase.Waiting or LifecyclePhase.Errored
            or LifecyclePhase.Stopped;

    /// <summary>All who act on a change of a process hear of it, in the order of the list.</summary>
    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        foreach (var observer in _observers) observer.OnChanged(process, before);
    }

    /// <summary>
    /// Who acts on a change of a process. The order counts: a wish is to be saved before anything follows from it, what
    /// watches a child knows of its end before others start or stop theirs because of it, and a process is forgotten
    /// last.
    /// </summary>
    IProcessObserver[] Observers() =>
    [
        new WishSaver(_commits), _memory, new ReadinessWatch(_services), _health, Triggers, Dependencies,
        new ListenerCloser(_services.Listeners, Table), _stopOrder, Deletions, new SurplusRemover(Table, _loop.Post),
    ];
}
