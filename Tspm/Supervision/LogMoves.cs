using Tspm.Platform;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Renames the log files of a process whose name or number of instances has changed. The files keep their old names,
/// and stay in use under them, until the changed definition is on disk. So every daemon knows where they are, or
/// finishes what the previous one began (see <see cref="Commits"/>). Runs on the supervisor's thread.
/// </summary>
internal sealed class LogMoves(ProcessTable table, SupervisionServices services)
{
    readonly Dictionary<int, string> _problems = [];
    readonly Dictionary<int, Task> _moving = [];
    volatile string? _trouble;

    /// <summary>
    /// A sentence about log files that could not be renamed; null if there are none. May be read on any thread.
    /// </summary>
    public string? Trouble => _trouble;

    /// <summary>
    /// Why the log files of a process have not been renamed; null if they have, or will be once the state is saved.
    /// </summary>
    public string? ProblemOf(int id) => _problems.GetValueOrDefault(id);

    /// <summary>
    /// The names under which the log files lie when one definition replaces another; null if they have its own names.
    /// </summary>
    public static LogsUnder? NamesInUse(ProcessDefinition former, ProcessDefinition definition)
    {
        var under = former.LogsUnder ?? new LogsUnder(former.Name, former.Instances);
        return under.IsSameAs(NamesOf(definition)) ? null : under;
    }

    /// <summary>
    /// The renaming of a process's log files, which completes on the supervisor's thread whether it succeeds or fails;
    /// null if none is in progress. Until then no new run may open the files, because it would use the old names.
    /// </summary>
    public Task? MovingOf(int id) => _moving.GetValueOrDefault(id);

    /// <summary>
    /// Why the name and the number of instances of a process cannot be changed now; null if they can. While log files
    /// are being renamed for the previous change, only that change says where they are.
    /// </summary>
    public static string? WhyNotChange(ProcessTable table, ProcessDefinition definition) =>
        table.LogsMoving?.Invoke(definition.Id) is null ? null
            : $"the log files of '{definition.Name}' are being renamed; try again in a moment";

    /// <summary>
    /// Starts the renames that a saved state asks for, unless the definition has changed again. Does not block, because
    /// a disk may not respond.
    /// </summary>
    /// <returns>True if definitions have changed as a result and must be saved.</returns>
    public Task<bool> Begin(ProcessesFile saved)
    {
        var moves = PendingMoves(saved).Where(move => !_moving.ContainsKey(move.Definition.Id)).Select(Begin).ToList();
        return moves.Count == 0 ? Task.FromResult(false) : AnyOf(moves);
    }

    static async Task<bool> AnyOf(List<Task<bool>> moves) => (await Task.WhenAll(moves)).Contains(true);

    /// <summary>
    /// Finishes the renames that an earlier daemon may have begun. Called before anything else starts.
    /// </summary>
    /// <returns>True if definitions have changed as a result and must be saved.</returns>
    public bool FinishEarlier(ProcessesFile saved)
    {
        var hasMoved = false;
        foreach (var move in PendingMoves(saved))
        {
            var files = FilesOf(move);
#pragma warning disable RS0030 // Before the daemon is ready: nothing else is done on this thread yet.
            var problem = files.Count == 0
                ? null
                : services.Outputs.Rename(files, again: true).GetAwaiter().GetResult();
#pragma warning restore RS0030
            // The earlier daemon's run records have not been read yet.
            hasMoved |= Remember(move, problem, isNew: false);
        }
        return hasMoved;
    }

    sealed record Move(ProcessDefinition Definition, SupervisedProcess[] Instances);

    List<Move> PendingMoves(ProcessesFile saved)
    {
        var owed = new List<Move>();
        foreach (var onDisk in saved.Processes)
        {
            if (onDisk.LogsUnder is null || table.Instances(onDisk.Id) is not { } instances) continue;
            var definition = instances[0].Definition;
            if (definition.LogsUnder == onDisk.LogsUnder && NamesOf(definition).IsSameAs(NamesOf(onDisk)))
                owed.Add(new Move(definition, instances));
        }
        return owed;
    }

    Task<bool> Begin(Move move)
    {
        var files = FilesOf(move);
        var renamed = files.Count == 0 ? Task.FromResult<string?>(null) : services.Outputs.Rename(files);
        var done = new TaskCompletionSource<bool>();
        _moving[move.Definition.Id] = done.Task;
        renamed.ContinueWith(
            ended => services.Post(() => End(move, ended, done)), TaskContinuationOptions.ExecuteSynchronously);
        return done.Task;
    }

    void End(Move move, Task<string?> renamed, TaskCompletionSource<bool> done)
    {
        _moving.Remove(move.Definition.Id);
        // After any other failure the next save tries again; status shows which log still has its old name.
        var hasMoved = renamed.IsCompletedSuccessfully && Remember(move, renamed.ResultNow(), isNew: true);
        done.SetResult(hasMoved);
    }

    bool Remember(Move move, string? problem, bool isNew)
    {
        var id = move.Definition.Id;
        if (problem is null) _problems.Remove(id);
        else _problems[id] = problem;
        _trouble = _problems.Count == 0 ? null : string.Join("; ", _problems.Values);
        if (problem is not null || table.Instances(id) is not [{ Definition: var definition }, ..]) return false;
        // The process may have been renamed or scaled again in the meantime.
        var under = NamesOf(move.Definition);
        table.Put(definition with { LogsUnder = under.IsSameAs(NamesOf(definition)) ? null : under }, isNew);
        if (definition != move.Definition) KeepByPresentRules(definition);
        return true;
    }

    /// <summary>
    /// Applies the current log settings: settings changed during the renaming were applied to the old names.
    /// </summary>
    void KeepByPresentRules(ProcessDefinition definition)
    {
        foreach (var instance in table.Instances(definition.Id)!)
            services.Outputs.Keep([instance.View.OutLog, instance.View.ErrLog], LogPolicy.From(definition.Config));
    }

    List<(string From, string To)> FilesOf(Move move)
    {
        var moved = move.Definition with { LogsUnder = null };
        var files = new List<(string From, string To)>();
        foreach (var instance in move.Instances)
        {
            var from = LogPaths.For(services.Home, move.Definition, instance.Key.Instance);
            var to = LogPaths.For(services.Home, moved, instance.Key.Instance);
            Add(files, from.Out, to.Out);
            Add(files, from.Err, to.Err);
        }
        return files;
    }

    static void Add(List<(string From, string To)> files, string from, string to)
    {
        if (from != to && !files.Contains((from, to))) files.Add((from, to));
    }

    static LogsUnder NamesOf(ProcessDefinition definition) => new(definition.Name, definition.Instances);
}
