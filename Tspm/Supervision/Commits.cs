using Tspm.Platform;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// Why an operation of several steps is never found half done. <c>scale</c>, <c>rename</c>, <c>delete</c>, <c>apply</c>
/// and the like change definitions, children, run records and log files, and a daemon may be killed between any two of
/// these steps. So each has the same order:
/// <list type="number">
/// <item>In one turn of the supervisor the definitions are changed, and nothing else. What the change entails can be
/// read off them: a new instance is wanted up, an instance beyond the number is surplus, a process is being deleted
/// (<see cref="ProcessDefinition.Deletion"/>), what runs is of an earlier definition (<see
/// cref="ProcessDefinition.RestartBefore"/>), log files still lie under another name (<see
/// cref="ProcessDefinition.LogsUnder"/>).</item>
/// <item>All definitions are saved by one rename of a file. A daemon that dies before it has changed nothing: the next
/// one reads the former definitions.</item>
/// <item>Only then the effects are begun (<see cref="Then"/>). Each can be done again. A daemon that dies from here on
/// leaves the rest to the next one, which reads it off the same definitions (<see cref="Supervisor.Resume"/>).</item>
/// </list>
/// When the state cannot be saved the effects are begun all the same, because a full disk must not keep anybody from
/// stopping a process; only log files are not renamed before it is saved, and their names in use stay the old ones
/// until then. Used on the supervisor's thread.
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
    /// Saves the state as it is when the present work of the loop is done: one write for many changes. Null: it is on
    /// disk; else why not. In both cases what was to follow has been begun, and log files that could be renamed have
    /// been.
    /// </summary>
    public Task<string?> Save()
    {
        if (_next is { } waiting) return waiting.Task;
        var next = _next = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() => Begin(next));
        return next.Task;
    }

    /// <summary>
    /// Saves, and does this when the present state is on disk, or could not be saved: then it is given the reason.
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
        // A turn of its own for each: what goes wrong with one instance is nothing to the others. Posted first: they
        // must come, whatever becomes of the log files.
        foreach (var action in then) _loop.Post(() => action(problem));
        if (problem is not null) _loop.Post(() => next.SetResult(problem));
        else
            OnDisk(state).ContinueWith(
                moved => Answer(moved.ResultNow(), next), TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>The state is on disk, and log files that could be renamed have been.</summary>
    void Answer(bool hasMoved, TaskCompletionSource<string?> next)
    {
        // Before anybody hears of it, its former name is free again.
        if (hasMoved) Save().ContinueWith(_ => next.SetResult(null), TaskContinuationOptions.ExecuteSynchronously);
        else _loop.Post(() => next.SetResult(null));
    }

    /// <summary>True: log files were renamed, which is to be saved again.</summary>
    Task<bool> OnDisk(ProcessesFile state)
    {
        _table.OnSaved(state);
        return _logMoves.Begin(state);
    }
}
