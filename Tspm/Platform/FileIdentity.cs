using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>
/// Identifies a file or folder independently of its name (man 2 stat). After the file is gone, its inode number may be
/// reused for another file.
/// </summary>
/// <param name="Device">The device number of the file system.</param>
/// <param name="Inode">The inode number within the file system.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Returns the identity of the file at a path; null if there is none or it cannot be examined.</summary>
    public static FileIdentity? Read(string path) =>
        SysStat.stat(path, out var status) == 0 ? new FileIdentity(status.Device, status.Inode) : null;
}
