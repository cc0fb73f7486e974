using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Logs.Files;

/// <summary>
/// Renames logs on disk, each with its old files and its index. One rename is atomic, a set of them is not: a daemon
/// may be killed between any two, and the next one calls this again with the same names. So the order is fixed (old
/// files from the oldest on, the index, the log itself), and of each file one of the two names says what is still to be
/// done: the old name is there until the file has the new one, and whoever else has the new name while the old one is
/// there is a stranger, whose file is kept under a third name.
/// </summary>
internal static class LogRename
{
    /// <summary>Null, or what did not work; all files have their old names then.</summary>
    /// <param name="logs">Paths of logs.</param>
    /// <param name="again">Some of the files may have been renamed already.</param>
    /// <param name="isOurs">A log with that name is no stranger's: it has only just been made, and nothing is in
    /// it.</param>
    public static string? All(IReadOnlyList<(string From, string To)> logs, bool again, Func<string, bool> isOurs)
    {
        var done = new List<(string From, string To)>();
        var folders = new Dictionary<string, LogWay>(StringComparer.Ordinal);
        try
        {
            foreach (var (from, to) in logs)
            {
                if (from == to || Rename(from, to, again, isOurs(to), done, folders) is not { } failure) continue;
                for (var i = done.Count - 1; i >= 0; i--) _ = FileSystem.Rename(done[i].To, done[i].From);
                return $"the log {from} could not be renamed: {failure}";
            }
            return null;
        }
        finally
        {
            foreach (var folder in folders.Values) folder.Dispose();
        }
    }

    /// <param name="folders">
    /// Is given the folders, which are to stay open as long as <paramref name="done"/> is used: who has another folder
    /// under the path of one of them does not decide what is renamed.
    /// </param>
    static string? Rename(
        string from, string to, bool again, bool isOurs, List<(string From, string To)> done,
        Dictionary<string, LogWay> folders)
    {
        if (FolderOf(from, folders, out var problem) is not { } source) return problem;
        if (FolderOf(to, folders, out problem) is not { } target) return problem ?? $"there is no folder for {to}";
        return Rename(source.At(from), target.At(to), again, isOurs, done);
    }

    static LogWay? FolderOf(string log, Dictionary<string, LogWay> folders, out string? problem)
    {
        problem = null;
        var path = Path.GetDirectoryName(log) ?? "/";
        if (folders.TryGetValue(path, out var known)) return known;
        if (LogWay.ToFolderOf(log, out problem) is not { } way) return null;
        return folders[path] = way;
    }

    static string? Rename(string from, string to, bool again, bool isOurs, List<(string From, string To)> done)
    {
        List<string> files = [.. RotatedLogs.Companions(from), from];
        files.RemoveAll(static file => !File.Exists(file));
        _ = Unistd.unlink(RotatedLogs.Fresh(from));
        if (files.Count == 0) return null;
        if (!isOurs && (!again || (File.Exists(from) && File.Exists(to))) && KeepStranger(to) is { } unkept)
            return unkept;
        foreach (var file in files)
        {
            var target = string.Concat(to, file.AsSpan(from.Length));
            if (((isOurs ? null : FileSystem.MoveAside(target)) ?? FileSystem.Rename(file, target)) is { } failure)
                return failure;
            done.Add((file, target));
        }
        return null;
    }

    /// <summary>The log itself comes last: as long as it is there, something of it may be left to keep.</summary>
    static string? KeepStranger(string log)
    {
        foreach (var file in (string[])[.. RotatedLogs.Companions(log), log])
            if (FileSystem.MoveAside(file) is { } failure) return failure;
        return null;
    }
}
