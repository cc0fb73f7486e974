using Tspm.Platform;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Deletes processes that are marked for deletion (<see cref="ProcessDefinition.Deletion"/>) once all their instances
/// are stopped: first their log files, if requested, then the definition on disk, then the run records. The mark is
/// removed last, so that the next daemon continues if this one dies. Starting such a process removes the mark. Runs on
/// the supervisor's thread.
/// </summary>
internal sealed class Deletions(
    ProcessTable table, SupervisionServices services, Commits commits, LogMoves logMoves) : IProcessObserver
{
    readonly Dictionary<int, TaskCompletionSource<string?>> _waiting = [];
    readonly HashSet<int> _begun = [], _finishing = [];
    readonly List<(HashSet<int> Ids, Action Action)> _after = [];

    /// <summary>
    /// Completes when the process is gone: with null, or with an error sentence if it was not deleted, or only in part.
    /// </summary>
    public Task<string?> WhenGone(int id)
    {
        if (!_waiting.TryGetValue(id, out var done))
            _waiting[id] = done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return done.Task;
    }

    /// <summary>
    /// Runs the action once none of these processes is being deleted any more; immediately if none is.
    /// </summary>
    public void After(IEnumerable<int> ids, Action action)
    {
        var left = new HashSet<int>(ids);
        left.IntersectWith(_begun);
        if (left.Count == 0) action();
        else _after.Add((left, action));
    }

    /// <summary>Called when the marks are on disk and the processes are being stopped.</summary>
    public void Begin(IReadOnlyList<int> ids)
    {
        foreach (var id in ids) _begun.Add(id);
        foreach (var id in ids) Advance(id);
    }

    public void OnChanged(SupervisedProcess instance, LifecycleState before)
    {
        var definition = instance.Definition;
        if (definition.Deletion is null) return;
        if (instance.State.Desired == DesiredState.Up && before.Desired == DesiredState.Down)
        {
            table.Put(definition with { Deletion = null });
            _ = commits.Save();
        }
        // Deferred, because the instance may be in the middle of a step.
        services.Post(() => Advance(definition.Id));
    }

    /// <summary>Continues the deletion of a process if its instances are stopped.</summary>
    public void Advance(int id)
    {
        if (!IsMarked(id))
            End(id, table.Instances(id) is [var instance, ..]
                ? $"'{instance.Definition.Name}' was not deleted, because it was started again in the meantime" : null);
        else if (IsDown(id) && _begun.Contains(id) && _finishing.Add(id)) RemoveLogs(id);
    }

    bool IsMarked(int id) => table.Instances(id) is [{ Definition.Deletion: not null }, ..];

    bool IsDown(int id) =>
        Array.TrueForAll(table.Instances(id)!, static instance =>
        instance.State is { Phase: LifecyclePhase.Stopped, Desired: DesiredState.Down });

    void RemoveLogs(int id)
    {
        if (table.Instances(id) is not { } instances) return;
        if (instances[0].Definition.Deletion is not { WithLogs: true })
        {
            ExcludeAndSave(id, null);
            return;
        }
        if (logMoves.MovingOf(id) is { } moving)
        {
            moving.ContinueWith(
                _ => services.Post(() => RemoveLogs(id)), TaskContinuationOptions.ExecuteSynchronously);
            return;
        }
        var logs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in instances) logs.UnionWith([instance.View.OutLog, instance.View.ErrLog]);
        services.Outputs.Remove([.. logs]).ContinueWith(removed =>
            services.Post(() => ExcludeAndSave(id, removed.ResultNow())), TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>Removes the definition from disk first: until then the name stays taken.</summary>
    void ExcludeAndSave(int id, string? logProblem)
    {
        if (!IsMarked(id) || !IsDown(id))
        {
            _finishing.Remove(id);
            Advance(id);
            return;
        }
        table.ExcludeFromSave(id);
        commits.Then(unsaved => Remove(id, logProblem ?? (unsaved is null ? null : $"not saved: {unsaved}")));
    }

    void Remove(int id, string? problem)
    {
        _finishing.Remove(id);
        if (table.IsExcluded(id) && IsDown(id))
        {
            table.Remove(id);
            End(id, problem);
        }
        else Advance(id);
    }

    void End(int id, string? answer)
    {
        _begun.Remove(id);
        if (_waiting.Remove(id, out var done)) done.SetResult(answer);
        foreach (var (ids, action) in _after)
            if (ids.Remove(id) && ids.Count == 0) services.Post(action);
        _after.RemoveAll(static waiting => waiting.Ids.Count == 0);
    }
}
