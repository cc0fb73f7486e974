using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// A lock file (man 2 flock). The kernel releases the lock when the last descriptor of the open file is closed, however
/// its holder ends.
/// </summary>
internal static class FileLock
{
    const uint OwnerOnly = 0x180; // 0600

    /// <summary>
    /// Opens the file, and creates it if it is missing; refuses a link in its place. If the result is not open,
    /// <see cref="Descriptors.LastProblem"/> says why.
    /// </summary>
    public static Descriptor Open(string path) =>
        Descriptors.Open(path, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_NOFOLLOW, OwnerOnly);

    /// <summary>
    /// Tries to lock the file; false if another process holds the lock, or the file cannot be locked.
    /// </summary>
    public static bool TryAcquire(int file) => SysFile.flock(file, SysFile.LOCK_EX | SysFile.LOCK_NB) == 0;

    /// <summary>Blocks until the file is locked.</summary>
    /// <returns>Null, or why it cannot be locked.</returns>
    public static string? Wait(int file)
    {
        while (SysFile.flock(file, SysFile.LOCK_EX) != 0)
            if (Errno.Last != Errno.EINTR) return Descriptors.LastProblem;
        return null;
    }
}
