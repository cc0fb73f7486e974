using Tspm.Config.Validation;
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
/// The single writer of process state, with everything that can be done to processes. Every member runs on the
/// supervisor's thread and returns at once; work that takes time is represented by tasks. Other code gives orders (see
/// <see cref="SupervisorHandle"/>).
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
        Table.DefinitionsChanged = Triggers.Schedule.OnDefinitionsChanged;
        LegacyRuns = new LegacyRuns(services, Table);
        Dependencies = new Dependencies(Table, loop.Post) { HeldElsewhere = LegacyRuns.Holds };
        LegacyRuns.Released = Dependencies.RecheckHeld;
        Table.HeldBy = Dependencies.Missing;
        _stopOrder = new StopOrder(loop.Post);
        _reloads = new Reloads(loop.Post);
        _observers = Observers();
    }

    /// <summary>Resolves selectors to processes.</summary>
    public ProcessSelection Selection { get; }

    public Dependencies Dependencies { get; }

    public LegacyRuns LegacyRuns { get; }

    public TriggerSet Triggers { get; }

    public ProcessTable Table { get; }

    public LogMoves LogMoves { get; }

    public Deletions Deletions { get; }

    public Changes Changes { get; }

    /// <summary>
    /// Starts the processes that should be up when a daemon starts, and continues with those that an earlier daemon of
    /// this boot left running.
    /// </summary>
    public void Resume(ProcessesFile file, RecoveredState left) =>
        new StartupRecovery(this, _services, _loop).Resume(file, left);

    /// <summary>Adds a complete config as a new definition, or in place of <paramref name="replaced"/>.</summary>
    public SupervisedProcess[] Define(
        ProcessConfig config, IReadOnlyDictionary<string, string> environment, long? openFilesLimit,
        ProcessDefinition? replaced = null, LaunchContext? launch = null, string? project = null)
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
    /// Adds a definition, or replaces the one with the same id. Once that is saved, surplus instances are stopped and
    /// log files are renamed to match.
    /// </summary>
    /// <returns>The instances, without surplus ones.</returns>
    public SupervisedProcess[] Put(ProcessDefinition definition, Requester? by = null)
    {
        var (id, former) = (definition.Id, Table.Instances(definition.Id)?[0].Definition);
        if (former is not null) definition = definition with { LogsUnder = LogMoves.NamesInUse(former, definition) };
        var processes = Table.Put(definition);
        if (former is { Deletion: not null } && definition.Deletion is null) _loop.Post(() => Deletions.Advance(id));
        if (processes.Length > definition.Instances) Changes.AfterSave(() => RetireSurplus(id, by));
        return processes[..definition.Instances];
    }

    /// <summary>
    /// Applies a changed definition to a running child: memory limit, health probe, watched files and log settings.
    /// Times and policies are read from the definition whenever they are needed.
    /// </summary>
    public void Refresh(SupervisedProcess process)
    {
        HealthWatch.Refresh(process);
        Triggers.Watch.Refresh(process);
        _memory.OnChanged(process, process.State);
        _health.OnChanged(process, process.State);
        var (outLog, errLog) = (process.View.OutLog, process.View.ErrLog);
        _services.Outputs.Keep(
            outLog == errLog ? [outLog] : [outLog, errLog], LogPolicy.From(process.Definition.Config));
    }

    void RetireSurplus(int id, Requester? by)
    {
        var processes = Table.Instances(id) ?? [];
        for (var i = processes.Length - 1; i >= 0 && processes[i].IsSurplus; i--) Retire(processes[i], by);
    }

    /// <summary>Stops a surplus instance, which is forgotten afterwards.</summary>
    /// <param name="process">The instance.</param>
    /// <param name="by">Who reduced the number of instances; null if unknown.</param>
    public void Retire(SupervisedProcess process, Requester? by = null)
    {
        process.Handle(new LifecycleEvent.StopRequested(Cause.Requested(CauseRequest.FewerInstances) with { By = by }));
        // Deferred, because the instance may be in the middle of a step.
        if (IsStopped(process.State)) _loop.Post(() => Table.DropSurplus(process.Key.Id));
    }

    public PendingChange Start(SupervisedProcess process, Cause cause)
    {
        var unchanged = process.State.Phase == LifecyclePhase.Online;
        process.Handle(new LifecycleEvent.StartRequested(cause));
        return new PendingChange(process, Started(process), unchanged);
    }

    public PendingChange Stop(SupervisedProcess process, Cause cause) => Stop([process], cause)[0];

    /// <summary>Stops instances in the reverse order of their dependencies.</summary>
    public IReadOnlyList<PendingChange> Stop(IReadOnlyList<SupervisedProcess> processes, Cause cause)
    {
        var unchanged = new bool[processes.Count];
        for (var i = 0; i < unchanged.Length; i++)
        {
            unchanged[i] = IsStopped(processes[i].State);
            ScheduleTrigger.OnStopRequested(processes[i]);
        }
        _stopOrder.Stop(processes, new LifecycleEvent.StopRequested(cause));
        return [.. processes.Select(
            (process, i) => new PendingChange(process, process.Life.WhenReached(IsDown), unchanged[i]))];
    }

    /// <summary>Restarts an instance, unless its script is missing; then the current child is kept.</summary>
    /// <param name="process">The instance.</param>
    /// <param name="cause">Why it is restarted.</param>
    /// <param name="missingScripts">The needed scripts that were found missing just now.</param>
    public PendingChange Restart(SupervisedProcess process, Cause cause, IReadOnlySet<NeededScript> missingScripts)
    {
        var problem = new RestartRefusal(_services).For(process, cause.By, missingScripts)
            ?? process.Restart(new LifecycleEvent.RestartRequested(cause));
        var settled = problem is null ? Started(process) : Task.FromResult(process.State);
        return new PendingChange(process, settled, false) { Problem = problem };
    }

    /// <summary>
    /// Reloads online instances, the instances of one process one after the other. An instance that is starting is
    /// restarted; any other is started.
    /// </summary>
    /// <param name="processes">The instances.</param>
    /// <param name="cause">Why they are reloaded.</param>
    /// <param name="missingScripts">See <see cref="Restart"/>.</param>
    public IReadOnlyList<PendingChange> Reload(
        IReadOnlyList<SupervisedProcess> processes, Cause cause, IReadOnlySet<NeededScript> missingScripts)
    {
        var online = _reloads.Begin([.. processes.Where(known => known.State.Phase == LifecyclePhase.Online)], cause);
        return [.. processes.Select(process => online.GetValueOrDefault(process)
            ?? (process.State.Phase == LifecyclePhase.Starting
                ? Restart(process, cause, missingScripts) : Start(process, cause)))];
    }

    Task<LifecycleState> Started(SupervisedProcess process) => process.Life.WhenReached(IsStarted(process));

    /// <summary>Whether the start of an instance has ended, or cannot proceed.</summary>
    public Func<LifecycleState, bool> IsStarted(SupervisedProcess process) =>
        state => HasStartEnded(state) || (state.Phase == LifecyclePhase.Held && Dependencies.IsStuck(process));

    /// <summary>Set by <see cref="Shutdown"/>. Nothing new is begun, because it would outlive the daemon.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>Stops everything because the daemon shuts down; desired states are kept.</summary>
    /// <param name="by">Who requested the shutdown; null if unknown.</param>
    public Task Shutdown(Requester? by = null)
    {
        IsShuttingDown = true;
        Triggers.End();
        _stopOrder.Stop(Table.Processes, new LifecycleEvent.ShutdownRequested(by));
        return Task.WhenAll(Table.Processes.Select(process =>
            (Task)process.Life.WhenReached(IsStopped)).Append(_services.Hooks.End()));
    }

    /// <summary>Called when the guardian has reaped an orphan.</summary>
    /// <returns>False if it was not a child of any process.</returns>
    public bool ApplyGuardianRecord(GuardianRecord record)
    {
        foreach (var process in Table.Processes)
            if (process.Trees.ApplyGuardianRecord(record)) return true;
        foreach (var process in Table.Processes) process.Trees.OnOrphanReaped(record.Pid);
        return false;
    }

    /// <summary>See <see cref="Commits.Save"/>.</summary>
    public Task<string?> Save() => _commits.Save();

    public static bool IsStopped(LifecycleState state) => state.Phase == LifecyclePhase.Stopped;

    /// <summary>Whether the instance is stopped, or is not being stopped any more.</summary>
    public static bool IsDown(LifecycleState state) => IsStopped(state) || state.Desired == DesiredState.Up;

    static bool HasStartEnded(LifecycleState state) =>
        IsStopped(state) || state.Phase is LifecyclePhase.Online or LifecyclePhase.Waiting or LifecyclePhase.Errored;

    /// <summary>Passes a change of a process to all observers, in the order of the list.</summary>
    public void OnChanged(SupervisedProcess process, LifecycleState before)
    {
        foreach (var observer in _observers) observer.OnChanged(process, before);
    }

    /// <summary>
    /// The observers of process changes. The order matters: a desired state is saved before anything follows from it;
    /// what watches a child learns of its end before others start or stop theirs because of it; and a process is
    /// forgotten last.
    /// </summary>
    IProcessObserver[] Observers() =>
    [
        new DesiredStateSaver(_commits), _memory, new ReadinessWatch(_services), _health, Triggers, Dependencies,
        new ListenerCloser(_services.Listeners, Table), _stopOrder, Deletions, new SurplusRemover(Table, _loop.Post),
    ];
}
