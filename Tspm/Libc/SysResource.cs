using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/resource.h.</summary>
internal static unsafe partial class SysResource
{
    public const int RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_DATA = 2, RLIMIT_STACK = 3, RLIMIT_CORE = 4,
        RLIMIT_RSS = 5, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8, RLIMIT_AS = 9, RLIMIT_LOCKS = 10,
        RLIMIT_SIGPENDING = 11, RLIMIT_MSGQUEUE = 12, RLIMIT_NICE = 13, RLIMIT_RTPRIO = 14, RLIMIT_RTTIME = 15;

    public const ulong RLIM_INFINITY = ulong.MaxValue;
    public const int PRIO_PROCESS = 0;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getrlimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setrlimit(int resource, ResourceLimit* limit);

    /// <summary>
    /// man 2 prlimit: the limits of any process; pid 0 is the calling process. Either pointer may be null.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int prlimit(int pid, int resource, ResourceLimit* wanted, ResourceLimit* former);

    /// <summary>
    /// man 2 getpriority. -1 is an ordinary value here: the call cannot fail for the calling process.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int getpriority(int which, uint who);

    /// <summary>man 2 setpriority. On Linux, <c>who</c> 0 is the calling thread and any program it executes.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int setpriority(int which, uint who, int priority);
}

/// <summary><c>struct rlimit</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    /// <summary>The soft limit.</summary>
    public ulong rlim_cur;

    /// <summary>The hard limit.</summary>
    public ulong rlim_max;
}
