using Tspm.Platform.Linux.Native;

namespace Tspm.Logs;

/// <summary>
/// Makes the folders of log files that are missing. Each gets the owner and the mode of the folder that it is made in,
/// without write access for others: so folders in the home are 0700 and the user's, and folders in an application's
/// folder can be entered by whoever can enter that one. Nothing is gained by whoever owns the folder above.
/// </summary>
internal static class LogFolders
{
    const uint MadeMode = 0x1c0, MostRights = 0x1ed; // 0700, 0755

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

    static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.EndsWith('/') ? folder : folder + "/", StringComparison.Ordinal);

    /// <summary>Makes what is missing of a folder. False: it is still not there.</summary>
    /// <param name="folder">Below <paramref name="root"/>, or that itself.</param>
    /// <param name="root">Must be there.</param>
    /// <param name="made">Is given the path of each folder that was made, outermost first.</param>
    public static bool Make(string folder, string root, List<string> made)
    {
        if (folder != root && !IsBelow(folder, root)) return false;
        var at = Fcntl.open(root, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC);
        var path = root.TrimEnd('/');
        foreach (var name in folder[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at < 0) return false;
            path = $"{path}/{name}";
            var next = Enter(at, name, path, made);
            _ = Unistd.close(at);
            at = next;
        }
        if (at < 0) return false;
        _ = Unistd.close(at);
        return true;
    }

    /// <summary>Removes folders that were made for nothing, if they are empty.</summary>
    public static void Remove(IReadOnlyList<string> made)
    {
        for (var i = made.Count - 1; i >= 0; i--) _ = Unistd.rmdir(made[i]);
    }

    /// <summary>
    /// A descriptor of the folder with this name, which is made if there is none; negative: it cannot be.
    /// </summary>
    static int Enter(int parent, string name, string path, List<string> made)
    {
        var flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        var descriptor = Fcntl.openat(parent, name, flags);
        if (descriptor >= 0 || Errno.Last != Errno.ENOENT) return descriptor;
        if (SysStat.fstat(parent, out var above) != 0) return -1;
        if (SysStat.mkdirat(parent, name, MadeMode) != 0) return -1;
        made.Add(path);
        descriptor = Fcntl.openat(parent, name, flags | Fcntl.O_NOFOLLOW);
        if (descriptor < 0) return -1;
        // A user's folder in a shared one (/tmp) is the user's; only root makes folders for others.
        if (Unistd.geteuid() == 0 && above.Uid != 0) _ = SysStat.fchown(descriptor, above.Uid, above.Gid);
        _ = SysStat.fchmod(descriptor, MadeMode | (above.Mode & MostRights));
        return descriptor;
    }
}
