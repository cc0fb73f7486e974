namespace Tspm.Logs.Files;

/// <summary>
/// Makes the folders of log files that are missing. Each gets the owner and the mode of the folder that it is made in,
/// without write access for others: so folders in the home are 0700 and the user's, and folders in an application's
/// folder can be entered by whoever can enter that one. <see cref="LogWay"/> goes there.
/// </summary>
internal static class LogFolders
{
    /// <summary>
    /// The folder above which nothing is made for a log file. A home that is gone is for the guardian to make, and a
    /// working directory that is gone may be a link that a deployment is just replacing: a folder in its place would be
    /// in the way.
    /// </summary>
    /// <param name="home">The home's folder.</param>
    /// <param name="workingDirectory">Of the process; null: it has none.</param>
    /// <param name="file">Path of the log file.</param>
    public static string RootOf(string home, string? workingDirectory, string file)
    {
        if (IsBelow(file, home)) return home;
        return workingDirectory is not null && IsBelow(file, workingDirectory) ? workingDirectory : "/";
    }

    /// <summary>By their names.</summary>
    public static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.EndsWith('/') ? folder : folder + "/", StringComparison.Ordinal);

    /// <summary>Makes what is missing of a folder. False: it is still not there.</summary>
    /// <param name="folder">Below <paramref name="root"/>, or that itself.</param>
    /// <param name="root">Must be there.</param>
    /// <param name="made">Is given the path of each folder that was made, outermost first.</param>
    public static bool Make(string folder, string root, List<string> made)
    {
        if (folder != root && !IsBelow(folder, root)) return false;
        using var way = LogWay.ToFolder(folder, root, made);
        return way is not null;
    }

    /// <summary>Removes folders that were made for nothing, if they are empty.</summary>
    public static void Remove(IReadOnlyList<string> made)
    {
        for (var i = made.Count - 1; i >= 0; i--)
        {
            using var above = LogWay.ToFolderOf(made[i]);
            above?.Remove(made[i], isFolder: true);
        }
    }
}
