using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Logs.Files;

/// <summary>
/// The open log files by path, and operations on log files, whether they are open or not. Used by the pump's thread
/// only.
/// </summary>
internal sealed class LogFileSet(TimeProvider clock)
{
    readonly Dictionary<string, LogFile> _files = new(StringComparer.Ordinal);

    public IEnumerable<LogFile> Open => _files.Values;

    /// <summary>Must be set before the first file is opened.</summary>
    public DropCounter Drops { get; set; } = DropCounter.None;

    /// <summary>
    /// Adds a user to the file at a path. If the file is already open, the descriptor is closed. The policy replaces
    /// that of earlier users.
    /// </summary>
    public LogFile Use(string path, Descriptor descriptor, LogPolicy policy, string? folderRoot)
    {
        if (_files.TryGetValue(path, out var file)) descriptor.Dispose();
        else _files[path] = file = new LogFile(path, descriptor, policy, Drops, clock) { FolderRoot = folderRoot };
        file.Policy = policy;
        file.Users++;
        return file;
    }

    /// <summary>The open file at a path; null if none is open.</summary>
    public LogFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>
    /// Removes a user. Without users, the file is closed, unless it still lacks a notice about drops.
    /// </summary>
    public void Release(LogFile file)
    {
        file.Users--;
        Settle(file);
    }

    /// <summary>Closes a file that has no users and lacks no notice.</summary>
    public void Settle(LogFile file)
    {
        if (file.Users > 0 || file.Owed > 0) return;
        // After a rename, another open file may have this path.
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
            else Drops.Rename(from, to);
        }
        return null;
    }

    /// <summary>Empties a log and removes its rotated files; does nothing if there is no log.</summary>
    public void Flush(string path)
    {
        if (_files.TryGetValue(path, out var open))
        {
            open.Flush();
            open.Dropped = 0;
        }
        else if (File.Exists(path) && LogFileOpening.Open(path) is { IsOpen: true } descriptor)
        {
            var file = new LogFile(path, descriptor, LogPolicy.Default, DropCounter.None, clock);
            file.Flush();
            file.Close();
        }
    }

    /// <summary>Reopens a log at its path, from which the file may have been moved away.</summary>
    public ReopenedLog Reopen(string path) =>
        _files.TryGetValue(path, out var open) ? new ReopenedLog(path, true, open.Reopen())
            : new ReopenedLog(path, false, null);

    /// <summary>Closes all files, at the end of the pump.</summary>
    public void CloseAll()
    {
        foreach (var file in _files.Values) file.Close();
        _files.Clear();
        Drops.Dispose();
    }
}

/// <summary>Result of reopening a log at its path.</summary>
/// <param name="Path">Path of the log.</param>
/// <param name="IsOpen">False if no stream writes to the log, so that there was nothing to do.</param>
/// <param name="Problem">Why it could not be reopened; null on success.</param>
internal sealed record ReopenedLog(string Path, bool IsOpen, string? Problem);
