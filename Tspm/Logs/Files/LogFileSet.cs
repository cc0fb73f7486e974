using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Logs.Files;

/// <summary>
/// The log files that are open, by path, and what is done to log files whether open or not. Used by the pump's thread
/// only.
/// </summary>
internal sealed class LogFileSet(TimeProvider clock)
{
    readonly Dictionary<string, LogFile> _files = new(StringComparer.Ordinal);

    public IEnumerable<LogFile> Open => _files.Values;

    /// <summary>Set before the first file is opened.</summary>
    public DropLedger Ledger { get; set; } = DropLedger.None;

    /// <summary>
    /// One more user of the file at a path, which is open already or becomes it with this descriptor. What was said
    /// last about the log counts for all.
    /// </summary>
    public LogFile Use(string path, Descriptor descriptor, LogPolicy policy, string? folderRoot)
    {
        if (_files.TryGetValue(path, out var file)) descriptor.Dispose();
        else _files[path] = file = new LogFile(path, descriptor, policy, Ledger, clock) { FolderRoot = folderRoot };
        file.Policy = policy;
        file.Users++;
        return file;
    }

    /// <summary>Null: it is not open.</summary>
    public LogFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>One user less. The last one closes the file, unless it still has to say what was dropped.</summary>
    public void Release(LogFile file)
    {
        file.Users--;
        Settle(file);
    }

    /// <summary>Closes a file that nobody uses and that owes nothing.</summary>
    public void Settle(LogFile file)
    {
        if (file.Users > 0 || file.Owed > 0) return;
        // After a rename another open file may stand under this name.
        if (_files.TryGetValue(file.Path, out var listed) && listed == file) _files.Remove(file.Path);
        file.Close();
    }

    /// <summary>See <see cref="IRunOutputs.Rename"/>.</summary>
    public string? Rename(IReadOnlyList<(string From, string To)> logs, bool again)
    {
        if (LogRename.All(logs, again, _files.ContainsKey) is { } failure) return failure;
        foreach (var (from, to) in logs)
        {
            if (from == to) continue;
            if (_files.Remove(from, out var open))
            {
                open.Renamed(to);
                _files[to] = open;
            }
            else Ledger.Rename(from, to);
        }
        return null;
    }

    /// <summary>Empties a log and removes its old files; one that does not exist is as good.</summary>
    public void Flush(string path)
    {
        if (_files.TryGetValue(path, out var open))
        {
            open.Flush();
            open.Dropped = 0;
        }
        else if (File.Exists(path) && LogFile.Open(path) is { IsOpen: true } descriptor)
        {
            var file = new LogFile(path, descriptor, LogPolicy.Default, DropLedger.None, clock);
            file.Flush();
            file.Close();
        }
    }

    /// <summary>Goes on at the path, whatever was moved away from it. What came of it.</summary>
    public ReopenedLog Reopen(string path) =>
        _files.TryGetValue(path, out var open) ? new ReopenedLog(path, true, open.Reopen())
            : new ReopenedLog(path, false, null);

    /// <summary>For the end of the pump.</summary>
    public void CloseAll()
    {
        foreach (var file in _files.Values) file.Close();
        _files.Clear();
        Ledger.Dispose();
    }
}

/// <summary>What came of opening a log at its path once more.</summary>
/// <param name="Path">Of the log.</param>
/// <param name="IsOpen">False: nobody writes to it now, so there was nothing to do.</param>
/// <param name="Problem">Why it could not be opened; null: it was.</param>
internal sealed record ReopenedLog(string Path, bool IsOpen, string? Problem);
