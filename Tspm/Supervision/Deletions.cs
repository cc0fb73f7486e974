using Tspm.Platform;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Deletes processes that are marked so (<see cref="ProcessDefinition.Deletion"/>) once all their instances are
/// stopped: first their logs, if those are to go, then the definition on disk, then the run records. The mark goes
/// last, so that a daemon that dies leaves the rest to the next one. Who wants such a process up again takes the mark
/// away. Used on the supervisor's thread.
/// </summary>
internal sealed class Deletions(
    ProcessTable table, SupervisionServices services, Commits commits, LogMoves logMoves) : IProcessObserver
{
    readonly Dictionary<int, TaskCompletionSource<string?>> _waiting = [];
    readonly HashSet<int> _begun = [], _finishing = [];
    readonly List<(HashSet<int> Ids, Action Action)> _after = [];

    /// <summary>
    /// Completes when the process is gone for good, with null, or with a sentence: it is not, or not all of it.
    /// </summary>
    public Task<string?> WhenGone(int id)
    {
        if (!_waiting.TryGetValue(id, out var done))
            _waiting[id] = done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return done.Task;
    }

    /// <summary>Does it when none of these processes is being deleted any more: now, if none is.</summary>
    public void After(IEnumerable<int> ids, Action action)
    {
        var left = new HashSet<int>(ids);
        left.IntersectWith(_begun);
        if (left.Count == 0) action();
        else _after.Add((left, action));
    }

    /// <summary>Their marks are on disk, and they are being stopped.</summary>
    public void Begin(IReadOnlyList<int> ids)
    {
        foreach (var id in ids) _begun.Add(id);
        foreach (var id in ids) Look(id);
    }

    /// <summary>Something has happened to an instance.</summary>
    public void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        var definition = cell.Definition;
        if (definition.Deletion is null) return;
        if (cell.State.Desired == DesiredState.Up && before.Desired == DesiredState.Down)
        {
            table.Put(definition with { Deletion = null });
            _ = commits.Save();
        }
        // Not at once: the instance may be in the middle of a step.
        services.Post(() => Look(definition.Id));
    }

    /// <summary>Goes on with it, if it is time.</summary>
    public void Look(int id)
    {
        if (!IsMarked(id))
            End(id, table.Instances(id) is [var cell, ..]
                ? $"'{cell.Definition.Name}' was not deleted, because it was started again in the meantime" : null);
        else if (IsDown(id) && _begun.Contains(id) && _finishing.Add(id)) RemoveLogs(id);
    }

    bool IsMarked(int id) => table.Instances(id) is [{ Definition.Deletion: not null }, ..];

    bool IsDown(int id) =>
        Array.TrueForAll(table.Instances(id)!, static cell =>
        cell.State is { Phase: LifecyclePhase.Stopped, Desired: DesiredState.Down });

    void RemoveLogs(int id)
    {
        if (table.Instances(id) is not { } cells) return;
        if (cells[0].Definition.Deletion is not { WithLogs: true })
        {
            Leave(id, null);
            return;
        }
        if (logMoves.MovingOf(id) is { } moving)
        {
            moving.ContinueWith(
                _ => services.Post(() => RemoveLogs(id)), TaskContinuationOptions.ExecuteSynchronously);
            return;
        }
        var logs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cell in cells) logs.UnionWith([cell.View.OutLog, cell.View.ErrLog]);
        services.Outputs.Remove([.. logs]).ContinueWith(removed =>
            services.Post(() => Leave(id, removed.ResultNow())), TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>The name is taken until nothing on disk has it any more.</summary>
    void Leave(int id, string? logProblem)
    {
        if (!IsMarked(id) || !IsDown(id))
        {
            _finishing.Remove(id);
            Look(id);
            return;
        }
        table.Leave(id);
        commits.Then(unsaved => Remove(id, logProblem ?? (unsaved is null ? null : $"not saved: {unsaved}")));
    }

    void Remove(int id, string? problem)
    {
        _finishing.Remove(id);
        if (table.IsLeaving(id) && IsDown(id))
        {
            table.Remove(id);
            End(id, problem);
        }
        else Look(id);
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
