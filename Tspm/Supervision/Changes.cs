using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Changes of definitions that take several steps, in the order that <see cref="Commits"/> explains: nothing begins
/// before it is saved. Used on the supervisor's thread.
/// </summary>
internal sealed class Changes(Supervisor supervisor, SupervisionServices services, Commits commits)
{
    /// <summary>
    /// Instances whose child was to be replaced, and was not, because the new logs could not be opened.
    /// </summary>
    readonly HashSet<InstanceKey> _refused = [];

    /// <summary>
    /// Changes the number of instances: new ones are started when the process is up. What has to be waited for; empty:
    /// nothing changed that anybody could see.
    /// </summary>
    /// <param name="definition">With another number of instances, or the same.</param>
    /// <param name="cause">Of the starts.</param>
    /// <param name="after">Processes that are being deleted, and are to be gone before anything is started.</param>
    public IReadOnlyList<PendingChange> Scale(
        ProcessDefinition definition, Cause cause, IReadOnlyList<int>? after = null)
    {
        var before = supervisor.Table.Instances(definition.Id)!;
        // An instance of a job runs at its times, also when it is added during a run.
        var isUp = !definition.Config.IsJob
            && before.Any(cell => !cell.IsSurplus && cell.State.Desired == DesiredState.Up);
        var had = before[0].Definition.Instances;
        var cells = supervisor.Put(definition, cause.By);
        var pending = new List<PendingChange>();
        for (var i = had; i < cells.Length; i++)
            pending.Add(isUp
                ? StartOnceSaved(cells[i], cause, after)
                : new PendingChange(cells[i], Task.FromResult(cells[i].State), false));
        for (var i = before.Length - 1; i >= definition.Instances; i--)
            pending.Add(OnceSaved(before[i], false, Supervisor.IsDown, static () => { }));
        return pending;
    }

    /// <summary>It is wanted up from now on, and is started once that is saved.</summary>
    /// <param name="cell">Which.</param>
    /// <param name="cause">Why.</param>
    /// <param name="after">As for <see cref="Scale"/>.</param>
    public PendingChange StartOnceSaved(SupervisedProcess cell, Cause cause, IReadOnlyList<int>? after = null)
    {
        if (cell.State.Desired == DesiredState.Down) cell.Handle(new LifecycleEvent.StartIntended());
        var isOnline = cell.State.Phase == LifecyclePhase.Online;
        return OnceSaved(cell, isOnline, supervisor.IsStarted(cell), () => supervisor.Start(cell, cause), after);
    }

    /// <summary>See <see cref="ProcessDefinition.RestartBefore"/>, which its definition has.</summary>
    public PendingChange RestartOnceSaved(
        SupervisedProcess cell, Cause cause, IReadOnlyList<int>? after = null)
    {
        PendingChange? pending = null;
        pending = OnceSaved(cell, false, supervisor.IsStarted(cell),
            () => pending!.Problem = Restart(cell, cause), after);
        return pending;
    }

    string? Restart(SupervisedProcess cell, Cause cause)
    {
        var problem = supervisor.Restart(cell, cause).Problem;
        if (problem is not null) _refused.Add(cell.Key);
        else _refused.Remove(cell.Key);
        return problem;
    }

    /// <summary>
    /// A change of this process was saved, and a child runs that it should have replaced: the next <c>apply</c> tries
    /// again, and so does the next daemon.
    /// </summary>
    public bool IsOutdated(ProcessDefinition definition) =>
        definition.RestartBefore is { } limit && supervisor.Table.Instances(definition.Id)!
            .Any(cell => _refused.Contains(cell.Key) && cell.State.HasChild && cell.LastRun < limit);

    /// <summary>
    /// All that is to be restarted because of a change has been told so by what was begun before this.
    /// </summary>
    public void EndRestarts(int id, IReadOnlyList<int> after) =>
        Once(() => supervisor.Deletions.After(after, () => HasRestarted(id)));

    /// <summary>A number that no run has had; what runs now has a lower one.</summary>
    public ulong UpcomingRun => services.RunNumbers.Upcoming;

    /// <summary>Stops processes for good, once that is saved; <see cref="Deletions"/> does the rest.</summary>
    /// <param name="ids">The processes.</param>
    /// <param name="withLogs">Their logs go as well.</param>
    /// <param name="by">Who asked for it; null: nobody knows.</param>
    public IReadOnlyList<PendingChange> Delete(IReadOnlyList<int> ids, bool withLogs, Requester? by = null)
    {
        var pending = new List<PendingChange>();
        var deletion = new Deletion(withLogs);
        foreach (var id in ids)
            supervisor.Table.Put(supervisor.Table.Instances(id)![0].Definition with { Deletion = deletion });
        Once(() => StopDeleted(ids, by));
        foreach (var id in ids)
            foreach (var cell in supervisor.Table.Instances(id)!)
                pending.Add(OnceSaved(cell, Supervisor.IsStopped(cell.State), Supervisor.IsDown, static () => { }));
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
    /// Begins it for an instance that is still wanted, once the present state is saved; from then on it is settled when
    /// its state is.
    /// </summary>
    PendingChange OnceSaved(
        SupervisedProcess cell, bool unchanged, Func<LifecycleState, bool> settled, Action begin,
        IReadOnlyList<int>? after = null)
    {
        var begun = false;
        var reached = cell.Life.WhenReached(state => begun && settled(state));
        Once(() => supervisor.Deletions.After(after ?? [], () =>
        {
            begun = true;
            if (!supervisor.IsShuttingDown && cell is { IsSurplus: false, State.Desired: DesiredState.Up }) begin();
            cell.Life.AskWaiters();
        }));
        return new PendingChange(cell, reached, unchanged);
    }

    /// <summary>Once the present state is saved, or could not be.</summary>
    public void Once(Action action) => commits.Then(_ => action());

    /// <summary>
    /// What an earlier daemon saved and did not come to, see <see cref="Commits"/>: instances that are to come or go
    /// have followed their wish already.
    /// </summary>
    public void GoOn()
    {
        var deleted = new List<int>();
        foreach (var definition in supervisor.Table.Definitions)
        {
            if (definition.Deletion is not null) deleted.Add(definition.Id);
            if (definition.RestartBefore is not { } limit) continue;
            foreach (var cell in supervisor.Table.Instances(definition.Id)!)
                if (cell is { LastRun: > 0, IsSurplus: false, State.Desired: DesiredState.Up } && cell.LastRun < limit)
                    _ = Restart(cell, Cause.Requested(CauseRequest.Apply));
            HasRestarted(definition.Id);
        }
        if (deleted.Count > 0) StopDeleted(deleted, by: null);
    }

    void HasRestarted(int id)
    {
        if (_refused.Any(key => key.Id == id)) return;
        if (supervisor.Table.Instances(id) is not [{ Definition: { RestartBefore: not null } definition }, ..]) return;
        supervisor.Table.Put(definition with { RestartBefore = null });
        _ = commits.Save();
    }
}
