using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Logs.Files;

/// <summary>Opens and creates log files and their folders, and removes what was created in vain.</summary>
internal static class LogFileOpening
{
    /// <summary>
    /// Opens or creates the file with its missing folders. Never blocks: a FIFO without a reader fails with ENXIO.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="folderRoot">The folder below which folders are created (<see cref="LogFolders.RootOf"/>); null:
    /// none are.</param>
    /// <param name="made">Receives the paths that were created: folders, then the file.</param>
    /// <param name="errno">Error number if the file is not open, else 0.</param>
    /// <param name="refusal">The reason in words if the path is not safe (<see cref="SafeLogPath"/>).</param>
    public static Descriptor Open(
        string path, string? folderRoot, List<string> made, out int errno, out string? refusal)
    {
        var descriptor = SafeLogPath.Open(path, Fcntl.O_WRONLY, null, null, out errno, out refusal);
        if (errno != Errno.ENOENT) return descriptor;
        if (!LogFolders.IsBelow(path, folderRoot ?? "")) folderRoot = null;
        descriptor = SafeLogPath.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT, folderRoot, made, out errno, out refusal);
        if (descriptor.IsOpen) made.Add(path);
        return descriptor;
    }

    /// <summary>Opens or creates the file in an existing folder.</summary>
    public static Descriptor Open(string path) =>
        SafeLogPath.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT, null, null, out _, out _);

    /// <summary>
    /// Removes the empty file and empty folders that were created for a run that could not be started.
    /// </summary>
    /// <param name="made">Paths that were created, see <see
    /// cref="Open(string, string, List{string}, out int, out string)"/>.</param>
    public static void RemoveMade(IReadOnlyList<string> made)
    {
        if (made.Count == 0) return;
        var last = made[^1];
        var isFile = SysStat.lstat(last, out var status) == 0 && status.IsRegularFile;
        if (isFile && status.Size == 0)
        {
            using var folder = SafeLogPath.ToFolderOf(last);
            folder?.Remove(last, isFolder: false);
        }
        LogFolders.Remove(isFile ? [.. made.Take(made.Count - 1)] : made);
    }
}
