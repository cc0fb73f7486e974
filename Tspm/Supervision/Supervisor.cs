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
    readonly MemoryWatch _memory;
    readonly StopOrder _stopOrder;
    readonly Reloads _reloads;
    readonly ReadinessWatch _readiness;
    readonly HealthWatch _health;
    readonly Commits _commits;

    public Supervisor(SupervisionServices services, SupervisorLoop loop, IStateSaver saver)
    {
        (_services, _loop) = (services, loop);
        _memory = new MemoryWatch(services);
        _readiness = new ReadinessWatch(services);
        _health = new HealthWatch(services);
        Table = new ProcessTable(services) { Changed = OnChanged };
        LogMoves = new LogMoves(Table, services);
        _commits = new Commits(Table, loop, saver, LogMoves);
        Deletions = new Deletions(Table, services, _commits);
        Changes = new Changes(this, services, _commits);
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

    public LogMoves LogMoves { get; }

    public Deletions Deletions { get; }

    public Changes Changes { get; }

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
        var isRestored = Recovery.RestoreLostDefinitions(Table, left.Records, _services.System)
            | Recovery.RestoreInstances(Table, left.Records, _services.System);
        Recovery.RemoveUseless(Table, left.Records, _services.System, _services.Records);
        if (LogMoves.Finish(file, again: true) || isRestored) _ = Save();
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
        // After output that an earlier run left has been taken up: logs that are to go would be made anew by it.
        _loop.Post(Changes.GoOn);
    }

    void FollowWish(SupervisedProcess cell, bool recordIsNewer)
    {
        if (cell.IsSurplus)
        {
            Retire(cell);
            return;
        }
        var definition = cell.Definition;
        if (definition.Deletion is not null) return;
        var saved = definition.Desired == DesiredState.Up && definition.DownInstances?.Contains(cell.Key.Instance) != true;
        var up = recordIsNewer ? cell.State.Desired == DesiredState.Up : saved;
        if (up && !definition.IsEnabled && !cell.State.HasChild) return;
        // On its way down with a wish to be up: the earlier daemon died during its own shutdown.
        var isDown = cell.State is { Phase: LifecyclePhase.Stopped } or { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };
        if (up && isDown)
            cell.Handle(definition.Config.IsJob
                ? new LifecycleEvent.StopIntended() // it waits for its next time
                : new LifecycleEvent.StartRequested(new Cause(CauseCode.Daemon)));
        if (!up && cell.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored))
            cell.Handle(new LifecycleEvent.StopRequested(StopOf(cell)));
    }

    /// <summary>The stop that an earlier daemon did not come to; who had asked for it may be on record.</summary>
    static Cause StopOf(SupervisedProcess cell) => cell.State.Cause is { Code: CauseCode.User } wish
        && wish.Request is CauseRequest.Stop or CauseRequest.Delete or CauseRequest.FewerInstances
            ? cell.State.Cause : Cause.Requested(CauseRequest.Stop);

    public SelectorResult Resolve(IReadOnlyList<string> selectors) => SelectorMatcher.Resolve(selectors, Targets());

    /// <summary>The instances that selectors mean, or the sentence about the one that means nothing.</summary>
    public IReadOnlyList<SupervisedProcess> Select(IReadOnlyList<string> selectors)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!);
        return [.. result.Matches.Select(match => Table.Find(new InstanceKey(match.Id, match.Instance))!)];
    }

    /// <summary>
    /// The same for verbs that start something. A job is left alone unless it is named, and so is what is not enabled:
    /// who says <c>all</c> or gives a pattern does not mean that the nightly backup is to run now.
    /// </summary>
    /// <param name="selectors">What was asked for.</param>
    /// <param name="left">What was left out, see <see cref="TellOfLeft"/>.</param>
    /// <param name="named">Those that were named.</param>
    public List<SupervisedProcess> SelectToStart(
        IReadOnlyList<string> selectors, out List<SupervisedProcess> left, out HashSet<SupervisedProcess> named)
    {
        var result = Resolve(selectors);
        if (!result.IsKnown) throw new NoSuchProcessException(result.Sentence!);
        var cells = new List<SupervisedProcess>(result.Matches.Count);
        (left, named) = ([], []);
        foreach (var match in result.Matches)
        {
            var cell = Table.Find(new InstanceKey(match.Id, match.Instance))!;
            if (result.Named.Contains(match)) named.Add(cell);
            var isLeft = (cell.Definition.Config.IsJob || !cell.Definition.IsEnabled) && !named.Contains(cell);
            (isLeft ? left : cells).Add(cell);
        }
        return cells;
    }

    /// <summary>Adds a sentence about what was left out, unless something needs it, so that it runs all the
    /// same.</summary>
    public static void TellOfLeft(
        List<SupervisedProcess> left, IReadOnlyList<SupervisedProcess> started, List<string> notes)
    {
        List<string> jobs = [], disabled = [];
        foreach (var cell in left)
        {
            if (started.Contains(cell)) continue;
            var names = cell.Definition.Config.IsJob ? jobs : disabled;
            var name = $"'{cell.Definition.Name}'";
            if (!names.Contains(name)) names.Add(name);
        }
        if (jobs.Count == 1) notes.Add($"the job {jobs[0]} was left out; to run it now, start it by name");
        if (jobs.Count > 1)
            notes.Add($"the jobs {string.Join(", ", jobs)} were left out; to run one of them now, start it by name");
        if (disabled.Count == 0) return;
        notes.Add($"{string.Join(", ", disabled)} {(disabled.Count == 1 ? "is" : "are")} not enabled "
            + "(enabled: false) and left out; to start or restart one, name it");
    }

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
            Desired = DesiredState.Down,
            EnvironmentKey = Table.KeepEnvironment(environment),
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
    public SupervisedProcess[] Put(ProcessDefinition definition)
    {
        var (id, former) = (definition.Id, Table.Instances(definition.Id)?[0].Definition);
        if (former is not null) definition = definition with { LogsUnder = LogMoves.Owed(former, definition) };
        var cells = Table.Put(definition);
        if (former is { Deletion: not null } && definition.Deletion is null) _loop.Post(() => Deletions.Look(id));
        if (cells.Length > definition.Instances) Changes.Once(() => RetireSurplus(id));
        return cells[..definition.Instances];
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

    /// <param name="request">One of <see cref="CauseRequest"/>.</param>
    Cause Requested(string request) => Cause.Requested(request) with { By = Asker };

    void RetireSurplus(int id)
    {
        var cells = Table.Instances(id) ?? [];
        for (var i = cells.Length - 1; i >= 0 && cells[i].IsSurplus; i--) Retire(cells[i]);
    }

    void Retire(SupervisedProcess cell)
    {
        cell.Handle(new LifecycleEvent.StopRequested(Requested(CauseRequest.FewerInstances)));
        if (IsStopped(cell.State)) Drop(cell);
    }

    /// <summary>Not at once: the instance may be in the middle of a step.</summary>
    void Drop(SupervisedProcess cell) => _loop.Post(() => Table.DropSurplus(cell.Key.Id));

    public Pending Start(SupervisedProcess cell, string request)
    {
        var unchanged = cell.State.Phase == LifecyclePhase.Online;
        cell.Handle(new LifecycleEvent.StartRequested(Requested(request)));
        return new Pending(cell, Started(cell), unchanged);
    }

    public Pending Stop(SupervisedProcess cell, string request) => Stop([cell], request)[0];

    /// <summary>In the reverse order of dependencies.</summary>
    public IReadOnlyList<Pending> Stop(IReadOnlyList<SupervisedProcess> cells, string request)
    {
        var unchanged = new bool[cells.Count];
        for (var i = 0; i < unchanged.Length; i++)
        {
            unchanged[i] = IsStopped(cells[i].State);
            Triggers.Schedule.OnStopAsked(cells[i]);
        }
        _stopOrder.Stop(cells, new LifecycleEvent.StopRequested(Requested(request)));
        return [.. cells.Select((cell, i) => new Pending(cell, cell.WhenReached(IsDown), unchanged[i]))];
    }

    public Pending Restart(SupervisedProcess cell, string request)
    {
        var problem = RestartCheck.Refusal(cell, _services, Asker)
            ?? cell.Restart(new LifecycleEvent.RestartRequested(Requested(request)));
        var settled = problem is null ? Started(cell) : Task.FromResult(cell.State);
        return new Pending(cell, settled, false) { Problem = problem };
    }

    /// <summary>
    /// New children for old ones, an instance of a process after the other. What is not online is started, or restarted.
    /// </summary>
    public IReadOnlyList<Pending> Reload(IReadOnlyList<SupervisedProcess> cells, string request)
    {
        var online = _reloads.Begin(
            [.. cells.Where(cell => cell.State.Phase == LifecyclePhase.Online)], Requested(request));
        return [.. cells.Select(cell => online.GetValueOrDefault(cell)
            ?? (cell.State.Phase == LifecyclePhase.Starting ? Restart(cell, request) : Start(cell, request)))];
    }

    Task<LifecycleState> Started(SupervisedProcess cell) => cell.WhenReached(IsStarted(cell));

    /// <summary>Whether a state is one in which the start of an instance has come to an end, or to a halt.</summary>
    public Func<LifecycleState, bool> IsStarted(SupervisedProcess cell) =>
        state => IsStartSettled(state) || (state.Phase == LifecyclePhase.Held && Dependencies.IsStuck(cell));

    /// <summary>Set by <see cref="Shutdown"/>: nothing is begun any more, it would outlive its daemon.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>Stops everything for the daemon's own end; wishes stay as they are.</summary>
    public Task Shutdown()
    {
        IsShuttingDown = true;
        Triggers.End();
        _stopOrder.Stop(Table.Cells, new LifecycleEvent.ShutdownRequested(Asker));
        return Task.WhenAll(Table.Cells.Select(cell => (Task)cell.WhenReached(IsStopped)).Append(_services.Hooks.End()));
    }

    /// <summary>The guardian reaped an orphan. False: it was nobody's child.</summary>
    public bool TakeGuardianRecord(GuardianRecord record)
    {
        foreach (var cell in Table.Cells)
            if (cell.TakeGuardianRecord(record.Pid, record.StartTicks, record.Status)) return true;
        foreach (var cell in Table.Cells) cell.OnOrphanReaped(record.Pid);
        return false;
    }

    /// <summary>See <see cref="Commits.Save"/>.</summary>
    public Task<string?> Save() => _commits.Save();

    public static bool IsStopped(LifecycleState state) => state.Phase == LifecyclePhase.Stopped;

    /// <summary>Or is no longer on its way there.</summary>
    public static bool IsDown(LifecycleState state) => IsStopped(state) || state.Desired == DesiredState.Up;

    static bool IsStartSettled(LifecycleState state) =>
        state.Phase is LifecyclePhase.Online or LifecyclePhase.Waiting or LifecyclePhase.Errored or LifecyclePhase.Stopped;

    void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (cell.State.Desired != before.Desired) Save();
        Watch(cell);
        Dependencies.OnChanged(cell);
        _services.Listeners.CloseUnneeded(cell.Key.Id, Table);
        _stopOrder.OnChanged(cell);
        Deletions.OnChanged(cell, before);
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
