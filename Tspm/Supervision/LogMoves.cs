using Tspm.Platform;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Renames the log files of a process that has another name, or another number of instances. Until a definition that
/// says so is on disk they keep their names and are used under them; so each daemon knows where they are, or finishes
/// what the one before began (see <see cref="Commits"/>). Used on the supervisor's thread.
/// </summary>
internal sealed class LogMoves(ProcessTable table, SupervisionServices services)
{
    readonly Dictionary<int, string> _problems = [];
    readonly Dictionary<int, Task> _moving = [];
    volatile string? _trouble;

    /// <summary>A sentence about log files that could not be renamed; null: there are none. On any thread.</summary>
    public string? Trouble => _trouble;

    /// <summary>
    /// Why the log files of a process have not been renamed; null: they have, or will be when the state is saved.
    /// </summary>
    public string? ProblemOf(int id) => _problems.GetValueOrDefault(id);

    /// <summary>
    /// Under which names the log files lie when a definition takes the place of another; null: under its own.
    /// </summary>
    public static LogsUnder? Owed(ProcessDefinition former, ProcessDefinition definition)
    {
        var under = former.LogsUnder ?? new LogsUnder(former.Name, former.Instances);
        return under.IsSameAs(NamesOf(definition)) ? null : under;
    }

    /// <summary>
    /// Completes, on the supervisor's thread, when the log files of a process have been renamed, or could not be. Null:
    /// they are not being renamed. Until then no new run may open them: it would do so under the former name.
    /// </summary>
    public Task? MovingOf(int id) => _moving.GetValueOrDefault(id);

    /// <summary>
    /// Why the name and the number of instances of a process cannot be changed now: its log files are on their way to
    /// the names of the last change, and nothing else tells where they are. Null: they can.
    /// </summary>
    public static string? WhyNotChange(ProcessTable table, ProcessDefinition definition) =>
        table.LogsMoving?.Invoke(definition.Id) is null ? null
            : $"the log files of '{definition.Name}' are being renamed; try again when that is done";

    /// <summary>
    /// Begins to rename what a state that is on disk says, and what has not changed since. The result is true when
    /// definitions have changed by that, and are to be saved. Nobody is kept waiting: a disk may not answer.
    /// </summary>
    public Task<bool> Begin(ProcessesFile saved)
    {
        var moves = OwedBy(saved).Where(move => !_moving.ContainsKey(move.Definition.Id)).Select(Begin).ToList();
        return moves.Count == 0 ? Task.FromResult(false) : AnyOf(moves);
    }

    static async Task<bool> AnyOf(List<Task<bool>> moves) => (await Task.WhenAll(moves)).Contains(true);

    /// <summary>
    /// The same before anything else of the daemon begins: what an earlier one may have begun is done.
    /// </summary>
    /// <returns>True: definitions have changed by that, and are to be saved.</returns>
    public bool FinishEarlier(ProcessesFile saved)
    {
        var hasMoved = false;
        foreach (var move in OwedBy(saved))
        {
            var files = FilesOf(move);
#pragma warning disable RS0030 // Before the daemon is ready: nothing else is done on this thread yet.
            var problem = files.Count == 0
                ? null
                : services.Outputs.Rename(files, again: true).GetAwaiter().GetResult();
#pragma warning restore RS0030
            // The earlier daemon's records are still to be read.
            hasMoved |= Remember(move, problem, isNew: false);
        }
        return hasMoved;
    }

    sealed record Move(ProcessDefinition Definition, SupervisedProcess[] Cells);

    List<Move> OwedBy(ProcessesFile saved)
    {
        var owed = new List<Move>();
        foreach (var onDisk in saved.Processes)
        {
            if (onDisk.LogsUnder is null || table.Instances(onDisk.Id) is not { } cells) continue;
            var definition = cells[0].Definition;
            if (definition.LogsUnder == onDisk.LogsUnder && NamesOf(definition).IsSameAs(NamesOf(onDisk)))
                owed.Add(new Move(definition, cells));
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
        // What failed in another way is tried again at the next save; status says which log has its former name.
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
        // It may have got another name or number of instances meanwhile.
        var under = NamesOf(move.Definition);
        table.Put(definition with { LogsUnder = under.IsSameAs(NamesOf(definition)) ? null : under }, isNew);
        if (definition != move.Definition) KeepByPresentRules(definition);
        return true;
    }

    /// <summary>Rules that were changed while the files were renamed were meant for the former names.</summary>
    void KeepByPresentRules(ProcessDefinition definition)
    {
        foreach (var cell in table.Instances(definition.Id)!)
            services.Outputs.Keep([cell.View.OutLog, cell.View.ErrLog], LogPolicy.Of(definition.Config));
    }

    List<(string From, string To)> FilesOf(Move move)
    {
        var moved = move.Definition with { LogsUnder = null };
        var files = new List<(string From, string To)>();
        foreach (var cell in move.Cells)
        {
            var from = LogPaths.Of(services.Home, move.Definition, cell.Key.Instance);
            var to = LogPaths.Of(services.Home, moved, cell.Key.Instance);
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
