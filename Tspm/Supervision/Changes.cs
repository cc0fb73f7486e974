using Tspm.Config.Validation;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Definition changes that take several steps, in the order that <see cref="Commits"/> explains: no effect begins
/// before the change is saved. Runs on the supervisor's thread.
/// </summary>
internal sealed class Changes(Supervisor supervisor, SupervisionServices services, Commits commits)
{
    /// <summary>
    /// Instances that were to be restarted but were not, because the new child's log files could not be opened.
    /// </summary>
    readonly HashSet<InstanceKey> _refused = [];

    /// <summary>Changes the number of instances. New instances are started if the process is up.</summary>
    /// <param name="definition">The definition, with the same or another number of instances.</param>
    /// <param name="cause">Why instances are started.</param>
    /// <param name="after">Ids of processes being deleted that must be gone before anything is started.</param>
    /// <returns>The changes to wait for; empty if nothing visible changed.</returns>
    public IReadOnlyList<PendingChange> Scale(
        ProcessDefinition definition, Cause cause, IReadOnlyList<int>? after = null)
    {
        var before = supervisor.Table.Instances(definition.Id)!;
        // An instance of a job waits for its scheduled time, even if it is added while another instance runs.
        var isUp = !definition.Config.IsJob
            && before.Any(instance => !instance.IsSurplus && instance.State.Desired == DesiredState.Up);
        var had = before[0].Definition.Instances;
        var instances = supervisor.Put(definition, cause.By);
        var pending = new List<PendingChange>();
        for (var i = had; i < instances.Length; i++)
            pending.Add(isUp
                ? StartWhenSaved(instances[i], cause, after)
                : new PendingChange(instances[i], Task.FromResult(instances[i].State), false));
        for (var i = before.Length - 1; i >= definition.Instances; i--)
            pending.Add(WhenSaved(before[i], false, Supervisor.IsDown, static () => { }));
        return pending;
    }

    /// <summary>Sets the desired state to up now, and starts the instance once that is saved.</summary>
    /// <param name="instance">The instance to start.</param>
    /// <param name="cause">Why it is started.</param>
    /// <param name="after">See <see cref="Scale"/>.</param>
    public PendingChange StartWhenSaved(SupervisedProcess instance, Cause cause, IReadOnlyList<int>? after = null)
    {
        if (instance.State.Desired == DesiredState.Down) instance.Handle(new LifecycleEvent.StartIntended());
        var isOnline = instance.State.Phase == LifecyclePhase.Online;
        return WhenSaved(
            instance, isOnline, supervisor.IsStarted(instance), () => supervisor.Start(instance, cause), after);
    }

    /// <summary>
    /// Restarts an instance whose definition has <see cref="ProcessDefinition.RestartBefore"/> set, once that is saved.
    /// </summary>
    /// <param name="instance">The instance to restart.</param>
    /// <param name="cause">Why it is restarted.</param>
    /// <param name="missingScripts">See <see cref="Supervisor.Restart"/>.</param>
    /// <param name="after">See <see cref="Scale"/>.</param>
    public PendingChange RestartWhenSaved(
        SupervisedProcess instance, Cause cause, IReadOnlySet<NeededScript> missingScripts,
        IReadOnlyList<int>? after = null)
    {
        PendingChange? pending = null;
        pending = WhenSaved(instance, false, supervisor.IsStarted(instance),
            () => pending!.Problem = Restart(instance, cause, missingScripts), after);
        return pending;
    }

    string? Restart(SupervisedProcess instance, Cause cause, IReadOnlySet<NeededScript> missingScripts)
    {
        var problem = supervisor.Restart(instance, cause, missingScripts).Problem;
        if (problem is not null) _refused.Add(instance.Key);
        else _refused.Remove(instance.Key);
        return problem;
    }

    /// <summary>
    /// Whether a saved change of this process should have restarted an instance but its old child still runs. The next
    /// <c>apply</c> or the next daemon tries again.
    /// </summary>
    public bool IsOutdated(ProcessDefinition definition) =>
        definition.RestartBefore is > 0 and var limit && supervisor.Table.Instances(definition.Id)!
            .Any(instance => _refused.Contains(instance.Key) && instance.State.HasChild && instance.LastRun < limit);

    /// <summary>
    /// Clears <see cref="ProcessDefinition.RestartBefore"/> once every restart that was begun before this call has been
    /// ordered.
    /// </summary>
    public void EndRestarts(int id, IReadOnlyList<int> after) =>
        AfterSave(() => supervisor.Deletions.After(after, () => HasRestarted(id)));

    /// <summary>A run number higher than that of every run so far.</summary>
    public ulong UpcomingRun => services.RunNumbers.Upcoming;

    /// <summary>
    /// Marks processes as deleted and stops them once that is saved; <see cref="Deletions"/> removes them afterwards.
    /// </summary>
    /// <param name="ids">The processes' ids.</param>
    /// <param name="withLogs">Whether to delete their log files as well.</param>
    /// <param name="by">Who requested the deletion; null if unknown.</param>
    public IReadOnlyList<PendingChange> Delete(IReadOnlyList<int> ids, bool withLogs, Requester? by = null)
    {
        var pending = new List<PendingChange>();
        var deletion = new Deletion(withLogs);
        foreach (var id in ids)
            supervisor.Table.Put(supervisor.Table.Instances(id)![0].Definition with { Deletion = deletion });
        AfterSave(() => StopDeleted(ids, by));
        foreach (var id in ids)
            foreach (var instance in supervisor.Table.Instances(id)!)
                pending.Add(
                    WhenSaved(instance, Supervisor.IsStopped(instance.State), Supervisor.IsDown, static () => { }));
        return pending;
    }

    void StopDeleted(IReadOnlyList<int> ids, Requester? by)
    {
        List<int> marked =
            [.. ids.Where(id => supervisor.Table.Instances(id) is [{ Definition.Deletion: not null }, ..])];
        supervisor.Stop([.. marked.SelectMany(id => supervisor.Table.Instances(id)!)],
            Cause.Requested(CauseRequest.Delete) with { By = by });
        supervisor.Deletions.Begin(marked);
    }

    /// <summary>
    /// Runs <paramref name="begin"/> once the current state is saved, if the instance is still wanted up. From then on
    /// the change counts as reached when <paramref name="settled"/> accepts the state.
    /// </summary>
    PendingChange WhenSaved(
        SupervisedProcess instance, bool unchanged, Func<LifecycleState, bool> settled, Action begin,
        IReadOnlyList<int>? after = null)
    {
        var begun = false;
        var reached = instance.Life.WhenReached(state => begun && settled(state));
        AfterSave(() => supervisor.Deletions.After(after ?? [], () =>
        {
            begun = true;
            if (!supervisor.IsShuttingDown && instance is { IsSurplus: false, State.Desired: DesiredState.Up }) begin();
            instance.Life.RecheckWaiters();
        }));
        return new PendingChange(instance, reached, unchanged);
    }

    /// <summary>Runs the action once the current state is saved, or could not be saved.</summary>
    public void AfterSave(Action action) => commits.Then(_ => action());

    /// <summary>
    /// Finishes what an earlier daemon saved but did not carry out (see <see cref="Commits"/>): pending restarts and
    /// deletions. Added and surplus instances have already been started or stopped.
    /// </summary>
    public void FinishEarlier()
    {
        List<int> deleted = [.. supervisor.Table.Definitions
            .Where(static definition => definition.Deletion is not null).Select(static definition => definition.Id)];
        var scripts = Unfinished().SelectMany(ToRestart)
            .Select(static instance => MissingScript.NeededBy(instance.Definition.Config)).OfType<NeededScript>();
        services.StartFiles.FindMissing(
            scripts.ToHashSet(), missing => services.Post(() => FinishRestarts(missing)));
        if (deleted.Count > 0) StopDeleted(deleted, by: null);
    }

    void FinishRestarts(IReadOnlySet<NeededScript> missingScripts)
    {
        if (supervisor.IsShuttingDown) return;
        foreach (var definition in Unfinished())
        {
            foreach (var instance in ToRestart(definition))
                _ = Restart(instance, Cause.Requested(CauseRequest.Apply), missingScripts);
            HasRestarted(definition.Id);
        }
    }

    /// <summary>The processes with a pending restart.</summary>
    List<ProcessDefinition> Unfinished() =>
        [.. supervisor.Table.Definitions.Where(static definition => definition.RestartBefore > 0)];

    IEnumerable<SupervisedProcess> ToRestart(ProcessDefinition definition) =>
        supervisor.Table.Instances(definition.Id)!.Where(instance =>
            instance is { LastRun: > 0, IsSurplus: false, State.Desired: DesiredState.Up }
            && instance.LastRun < definition.RestartBefore);

    void HasRestarted(int id)
    {
        if (_refused.Any(key => key.Id == id)) return;
        if (supervisor.Table.Instances(id) is not [{ Definition: { RestartBefore: > 0 } definition }, ..]) return;
        supervisor.Table.Put(definition with { RestartBefore = 0 });
        _ = commits.Save();
    }
}
