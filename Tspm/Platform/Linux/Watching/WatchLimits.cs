using Tspm.Libc;

namespace Tspm.Platform.Linux.Watching;

/// <summary>Sentences about files that the kernel refuses to watch (man 7 inotify, /proc interfaces).</summary>
internal static class WatchLimits
{
    const string Folder = "/proc/sys/fs/inotify/";

    public static string OfInstances(int errno) => errno == Errno.EMFILE
        ? "files cannot be watched: this user has reached the limit fs.inotify.max_user_instances"
            + $"{Value("max_user_instances")}, or the daemon has no descriptor left; raise the limit (sysctl), then "
            + "restart the process"
        : $"files cannot be watched: {Errno.Describe(errno)}";

    public static string OfFolder(string path, int errno) => errno switch
    {
        Errno.ENOSPC =>
            $"{path} and perhaps other folders are not watched: "
                + $"fs.inotify.max_user_watches{Value("max_user_watches")} is reached; raise it (sysctl) or watch "
                + "less (watchPaths, watchIgnore), then restart the process",
        _ => $"{path} is not watched: {Errno.Describe(errno)}",
    };

    static string Value(string name)
    {
        try
        {
            return $" ({File.ReadAllText(Folder + name).Trim()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
