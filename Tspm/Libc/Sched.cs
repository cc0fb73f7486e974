using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sched.h.</summary>
internal static unsafe partial class Sched
{
    public const int CLONE_FS = 0x200;

    /// <summary>man 2 unshare. With CLONE_FS the calling thread gets an umask, a working directory and a root of its
    /// own, equal to the process's. Needs no privilege.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int unshare(int flags);

    /// <summary>man 2 sched_getaffinity; pid 0 is the calling thread. Fails with EINVAL when the kernel knows more
    /// processors than the mask has room for.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sched_getaffinity(int pid, nuint bytes, ulong* mask);

    /// <summary>man 2 sched_setaffinity; pid 0 is the calling thread, and what it execs. Processors that are not there,
    /// or not allowed by the cpuset, are passed over.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sched_setaffinity(int pid, nuint bytes, ulong* mask);
}
