using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// A lock file (man 2 flock). The kernel releases the lock with the last descriptor of the open file, however its
/// holder ends.
/// </summary>
internal static class FileLock
{
    const uint OwnerOnly = 0x180; // 0600

    /// <summary>Makes the file if it is not there; a link in its place is refused. Not open:
    /// <see cref="Descriptors.LastProblem"/> says why.</summary>
    public static Descriptor Open(string path) =>
        Descriptors.Open(path, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_NOFOLLOW, OwnerOnly);

    /// <summary>False: somebody else has it, or it cannot be locked at all.</summary>
    public static bool TryTake(int file) => SysFile.flock(file, SysFile.LOCK_EX | SysFile.LOCK_NB) == 0;

    /// <summary>Blocks until nobody else has it. Null, or why it cannot be had.</summary>
    public static string? Wait(int file)
    {
        while (SysFile.flock(file, SysFile.LOCK_EX) != 0)
            if (Errno.Last != Errno.EINTR) return Descriptors.LastProblem;
        return null;
    }
}
