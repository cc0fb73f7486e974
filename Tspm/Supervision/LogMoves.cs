using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>
/// Renames the log files of a process that has another name, or another number of instances. Until a definition that
/// says so is on disk they keep their names and are used under them; so each daemon knows where they are, or finishes
/// what the one before began (see <see cref="Commits"/>). Used on the supervisor's thread.
/// </summary>
internal sealed class LogMoves(ProcessTable table, SupervisionServices services)
{
    readonly Dictionary<int, string> _problems = [];
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
    /// Renames what a state that is on disk says, and what has not changed since. True: definitions have changed by
    /// that, and are to be saved.
    /// </summary>
    /// <param name="saved">What is on disk.</param>
    /// <param name="again">It is an earlier daemon's, which may have begun.</param>
    public bool Finish(ProcessesFile saved, bool again)
    {
        var hasMoved = false;
        foreach (var onDisk in saved.Processes)
        {
            if (onDisk.LogsUnder is null || table.Instances(onDisk.Id) is not { } cells) continue;
            var definition = cells[0].Definition;
            if (definition.LogsUnder == onDisk.LogsUnder && NamesOf(definition).IsSameAs(NamesOf(onDisk)))
                hasMoved |= Move(definition, cells, again);
        }
        return hasMoved;
    }

    bool Move(ProcessDefinition definition, SupervisedProcess[] cells, bool again)
    {
        var moved = definition with { LogsUnder = null };
        var files = new List<(string From, string To)>();
        foreach (var cell in cells)
        {
            var (from, to) =
                (LogPaths.Of(services.Home, definition, cell.Key.Instance),
                LogPaths.Of(services.Home, moved, cell.Key.Instance));
            Add(files, from.Out, to.Out);
            Add(files, from.Err, to.Err);
        }
        // Waited for here, so that no new run opens a file under the old name in between.
        var problem = files.Count == 0 ? null : services.Outputs.Rename(files, again).GetAwaiter().GetResult();
        if (problem is null) _problems.Remove(definition.Id);
        else _problems[definition.Id] = problem;
        _trouble = _problems.Count == 0 ? null : string.Join("; ", _problems.Values);
        if (problem is not null) return false;
        // An earlier daemon's records are still to be read.
        table.Put(moved, isNew: !again);
        return true;
    }

    static void Add(List<(string From, string To)> files, string from, string to)
    {
        if (from != to && !files.Contains((from, to))) files.Add((from, to));
    }

    static LogsUnder NamesOf(ProcessDefinition definition) => new(definition.Name, definition.Instances);
}
