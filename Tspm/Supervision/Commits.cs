using Tspm.Platform;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// Why an operation of several steps is never found half done. <c>scale</c>, <c>rename</c>, <c>delete</c>, <c>apply</c>
/// and others change definitions, children, run records and log files, and a daemon may be killed between any two
/// steps. Each operation therefore follows the same order:
/// <list type="number">
/// <item>In one turn of the supervisor, only the definitions are changed. They express every effect of the change: the
/// desired state of a new instance is up, an instance beyond the number is surplus, a process is being deleted
/// (<see cref="ProcessDefinition.Deletion"/>), a child runs with an earlier definition
/// (<see cref="ProcessDefinition.RestartBefore"/>), log files still have another name
/// (<see cref="ProcessDefinition.LogsUnder"/>).</item>
/// <item>All definitions are saved by renaming one file. If the daemon dies before that, nothing has changed: the next
/// daemon reads the previous definitions.</item>
/// <item>Only then do the effects begin (<see cref="Then"/>). Each of them can be repeated. If the daemon dies from
/// here on, the next daemon reads the remaining work from the same definitions
/// (<see cref="Supervisor.Resume"/>).</item>
/// </list>
/// If the state cannot be saved, the effects begin anyway, because a full disk must not prevent anyone from stopping a
/// process. The only exception is renaming log files: they keep their old names until the state is saved. Runs on the
/// supervisor's thread.
/// </summary>
internal sealed class Commits
{
    readonly ProcessTable _table;
    readonly SupervisorLoop _loop;
    readonly IStateSaver _saver;
    readonly LogMoves _logMoves;
    TaskCompletionSource<string?>? _next;
    List<Action<string?>> _then = [];

    public Commits(ProcessTable table, SupervisorLoop loop, IStateSaver saver, LogMoves logMoves)
    {
        (_table, _loop, _saver, _logMoves) = (table, loop, saver, logMoves);
        saver.SavedLater = state => loop.Post(() =>
        {
            OnDisk(state).ContinueWith(moved =>
            {
                if (moved.ResultNow()) _ = Save();
            }, TaskContinuationOptions.ExecuteSynchronously);
        });
    }

    /// <summary>
    /// Saves the state as it is at the end of the loop's current work, so that many changes need one write. When the
    /// task completes, the actions passed to <see cref="Then"/> have begun, and log files have been renamed where
    /// possible.
    /// </summary>
    /// <returns>Null once the state is on disk, otherwise the reason why it could not be saved.</returns>
    public Task<string?> Save()
    {
        if (_next is { } waiting) return waiting.Task;
        var next = _next = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() => Begin(next));
        return next.Task;
    }

    /// <summary>
    /// Saves, and runs the action once the current state is on disk or could not be saved; then the action receives the
    /// reason.
    /// </summary>
    public void Then(Action<string?> action)
    {
        _then.Add(action);
        _ = Save();
    }

    void Begin(TaskCompletionSource<string?> next)
    {
        _next = null;
        var then = _then;
        _then = [];
        var state = _table.Snapshot();
        _saver.Save(state).ContinueWith(saved =>
            _loop.Post(() => Saved(state, saved.ResultNow(), then, next)),
            TaskContinuationOptions.ExecuteSynchronously);
    }

    void Saved(ProcessesFile state, string? problem, List<Action<string?>> then, TaskCompletionSource<string?> next)
    {
        // Each action gets its own turn, so that a failure of one does not affect the others. They are posted before
        // the log files are renamed, because they must run whatever happens to the files.
        foreach (var action in then) _loop.Post(() => action(problem));
        if (problem is not null) _loop.Post(() => next.SetResult(problem));
        else
            OnDisk(state).ContinueWith(
                moved => Answer(moved.ResultNow(), next), TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>Called when the state is on disk and log files have been renamed where possible.</summary>
    void Answer(bool hasMoved, TaskCompletionSource<string?> next)
    {
        // Save the new log names before answering, so that the process's former name is free again.
        if (hasMoved) Save().ContinueWith(_ => next.SetResult(null), TaskContinuationOptions.ExecuteSynchronously);
        else _loop.Post(() => next.SetResult(null));
    }

    /// <summary>Handles a saved state.</summary>
    /// <returns>True if log files were renamed, which must be saved as well.</returns>
    Task<bool> OnDisk(ProcessesFile state)
    {
        _table.OnSaved(state);
        return _logMoves.Begin(state);
    }
}
