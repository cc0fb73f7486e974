using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sched.h.</summary>
internal static unsafe partial class Sched
{
    public const int CLONE_FS = 0x200;

    /// <summary>
    /// man 2 unshare. With CLONE_FS, the calling thread gets its own umask, working directory and root, which start out
    /// equal to those of the process. Needs no privilege.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int unshare(int flags);

    /// <summary>
    /// man 2 sched_getaffinity; pid 0 is the calling thread. Fails with EINVAL if the kernel supports more processors
    /// than the mask has bits.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sched_getaffinity(int pid, nuint bytes, ulong* mask);

    /// <summary>
    /// man 2 sched_setaffinity; pid 0 is the calling thread and any program it executes. The kernel ignores processors
    /// that do not exist or that the cpuset does not allow.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sched_setaffinity(int pid, nuint bytes, ulong* mask);
}
