namespace Tspm.Logs.Files;

/// <summary>
/// Creates missing folders of log files. Each gets the owner and the mode of its parent folder, without write access
/// for others. So folders in the home are private (0700), and folders in an application's folder are as accessible as
/// that folder. <see cref="SafeLogPath"/> does the work.
/// </summary>
internal static class LogFolders
{
    /// <summary>
    /// The folder below which missing folders are created for a log file; the folder itself must exist. A missing home
    /// is recreated by the guardian. A missing working directory may be a link that a deployment is about to replace,
    /// and a folder in its place would be an obstacle.
    /// </summary>
    /// <param name="home">Path of the home.</param>
    /// <param name="workingDirectory">Working directory of the process; null: it has none.</param>
    /// <param name="file">Path of the log file.</param>
    public static string RootOf(string home, string? workingDirectory, string file)
    {
        if (IsBelow(file, home)) return home;
        return workingDirectory is not null && IsBelow(file, workingDirectory) ? workingDirectory : "/";
    }

    /// <summary>Whether the path is below the folder, judged by the names alone.</summary>
    public static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.EndsWith('/') ? folder : folder + "/", StringComparison.Ordinal);

    /// <summary>Creates a folder and its missing parents.</summary>
    /// <param name="folder">A path below <paramref name="root"/>, or the root itself.</param>
    /// <param name="root">A folder that must exist.</param>
    /// <param name="made">Receives the path of each folder that was created, outermost first.</param>
    /// <returns>False if the folder does not exist afterwards.</returns>
    public static bool Make(string folder, string root, List<string> made)
    {
        if (folder != root && !IsBelow(folder, root)) return false;
        using var way = SafeLogPath.ToFolder(folder, root, made);
        return way is not null;
    }

    /// <summary>Removes folders that were created in vain, if they are empty.</summary>
    public static void Remove(IReadOnlyList<string> made)
    {
        for (var i = made.Count - 1; i >= 0; i--)
        {
            using var above = SafeLogPath.ToFolderOf(made[i]);
            above?.Remove(made[i], isFolder: true);
        }
    }
}
