using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Logs.Files;

/// <summary>
/// Renames logs on disk, each with its rotated files and its index. A single rename is atomic, but a set of them is
/// not: a daemon may be killed between any two, and the next one calls this again with the same names. So the order is
/// fixed: rotated files from the oldest on, the index, the log itself. If the old name of a file exists, the file is
/// still to be renamed, and a file that already has the new name is a foreign one, which is kept under a third name.
/// </summary>
internal static class LogRename
{
    /// <summary>Renames all logs, or none.</summary>
    /// <param name="logs">Pairs of paths.</param>
    /// <param name="again">Whether some of the files may already have been renamed.</param>
    /// <param name="isOurs">Whether a log with the new name is not foreign, because it has just been created and is
    /// empty.</param>
    /// <returns>Null on success, else a sentence; then all files have their old names.</returns>
    public static string? All(IReadOnlyList<(string From, string To)> logs, bool again, Func<string, bool> isOurs)
    {
        var done = new List<(string From, string To)>();
        var folders = new Dictionary<string, SafeLogPath>(StringComparer.Ordinal);
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
    /// Receives the open folders, which must stay open as long as <paramref name="done"/> is used: its paths lead
    /// through the descriptors, so replacing a folder meanwhile has no effect.
    /// </param>
    static string? Rename(
        string from, string to, bool again, bool isOurs, List<(string From, string To)> done,
        Dictionary<string, SafeLogPath> folders)
    {
        if (FolderOf(from, folders, out var problem) is not { } source) return problem;
        if (FolderOf(to, folders, out problem) is not { } target) return problem ?? $"there is no folder for {to}";
        return Rename(source.At(from), target.At(to), again, isOurs, done);
    }

    static SafeLogPath? FolderOf(string log, Dictionary<string, SafeLogPath> folders, out string? problem)
    {
        problem = null;
        var path = Path.GetDirectoryName(log) ?? "/";
        if (folders.TryGetValue(path, out var known)) return known;
        if (SafeLogPath.ToFolderOf(log, out problem) is not { } way) return null;
        return folders[path] = way;
    }

    static string? Rename(string from, string to, bool again, bool isOurs, List<(string From, string To)> done)
    {
        List<string> files = [.. RotatedLogs.Companions(from), from];
        files.RemoveAll(static file => !File.Exists(file));
        _ = Unistd.unlink(RotatedLogs.Fresh(from));
        if (files.Count == 0) return null;
        var mayBeForeign = !isOurs && (!again || (File.Exists(from) && File.Exists(to)));
        if (mayBeForeign && MoveForeignAside(to) is { } unkept) return unkept;
        foreach (var file in files)
        {
            var target = string.Concat(to, file.AsSpan(from.Length));
            if (!isOurs && FileSystem.MoveAside(target) is { } obstacle) return obstacle;
            if (FileSystem.Rename(file, target) is { } failure) return failure;
            done.Add((file, target));
        }
        return null;
    }

    /// <summary>
    /// Keeps the files of a foreign log under a third name. The log itself comes last: as long as it exists, other
    /// files of the stream may still be in the way.
    /// </summary>
    static string? MoveForeignAside(string log)
    {
        foreach (var file in (string[])[.. RotatedLogs.Companions(log), log])
            if (FileSystem.MoveAside(file) is { } failure) return failure;
        return null;
    }
}
