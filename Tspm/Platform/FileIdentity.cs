using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>
/// Which file or folder it is, whatever its name (man 2 stat). A number may be used again for another file after the
/// file is gone.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">Its number in that.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Of what a path leads to; null: nothing, or it cannot be looked at.</summary>
    public static FileIdentity? Of(string path) =>
        SysStat.stat(path, out var status) == 0 ? new FileIdentity(status.Device, status.Inode) : null;
}
