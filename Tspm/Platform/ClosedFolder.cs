using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>A folder that this user may not enter, so that nothing below it can be reached.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Owner">The name of the user that it belongs to, or the uid of one without a name.</param>
/// <param name="IsOwn">It belongs to this user, who can change its mode.</param>
internal sealed record ClosedFolder(string Path, string Owner, bool IsOwn)
{
    /// <summary>Finds the first closed folder on the way to a path (man 7 path_resolution).</summary>
    /// <returns>Null if the path is missing, or can be reached.</returns>
    public static ClosedFolder? OnTheWayTo(string path)
    {
        for (var end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            var at = end < 0 ? path : path[..end];
            if (SysStat.stat(at, out _) != 0)
            {
                if (Errno.Last != Errno.EACCES || System.IO.Path.GetDirectoryName(at) is not { } folder) return null;
                return SysStat.stat(folder, out var status) == 0
                    ? new ClosedFolder(folder, FileSystem.NameOf(status.Uid), status.Uid == Unistd.geteuid()) : null;
            }
            if (end < 0) return null;
        }
    }
}
