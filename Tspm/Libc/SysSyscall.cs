using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// sys/syscall.h: calls that glibc 2.31 has no function for. Numbers from 424 on are the same on every architecture.
/// Each call has its own minimum kernel version; older kernels return ENOSYS.
/// </summary>
internal static unsafe partial class SysSyscall
{
    public const int SYS_pidfd_send_signal = 424, SYS_pidfd_open = 434, SYS_close_range = 436;
    public const uint CLOSE_RANGE_UNSHARE = 2, CLOSE_RANGE_CLOEXEC = 4;

    public const int IOPRIO_WHO_PROCESS = 1, IOPRIO_CLASS_IDLE = 3, IOPRIO_CLASS_SHIFT = 13;

    /// <summary>An old call, whose number depends on the architecture (asm/unistd.h).</summary>
    static readonly int SYS_ioprio_set = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 30 : 251;

    static readonly int SYS_ioprio_get = SYS_ioprio_set + 1;

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    /// <summary>
    /// man 2 pidfd_open, Linux 5.3. The descriptor is close-on-exec and becomes readable when the process ends.
    /// </summary>
    public static int pidfd_open(int pid, uint flags = 0) => (int)syscall(SYS_pidfd_open, pid, (nint)flags, 0, 0);

    /// <summary>man 2 pidfd_send_signal, Linux 5.1. ESRCH means that the process has ended and been reaped.</summary>
    public static int pidfd_send_signal(int pidfd, int signal) =>
        (int)syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0);

    /// <summary>
    /// man 2 close_range, Linux 5.9; CLOSE_RANGE_CLOEXEC, Linux 5.11. With CLOSE_RANGE_UNSHARE, the calling thread
    /// first gets its own descriptor table, without the descriptors to be closed.
    /// </summary>
    public static int close_range(uint first, uint last, uint flags) =>
        (int)syscall(SYS_close_range, (nint)first, (nint)last, (nint)flags, 0);

    /// <summary>
    /// man 2 ioprio_get: I/O class and level in one number, of a process (its main thread) or, with 0, of the calling
    /// thread.
    /// </summary>
    /// <returns>-1 if there is no such process.</returns>
    public static int ioprio_get(int pid) => (int)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid, 0, 0);

    /// <summary>man 2 ioprio_set for the calling thread, with class and level in one number.</summary>
    public static int ioprio_set_value(int priority) =>
        (int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, priority, 0);

    /// <summary>man 2 ioprio_set for the calling thread, with level 0 of a class.</summary>
    public static int ioprio_set(int ioprioClass) =>
        (int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, ioprioClass << IOPRIO_CLASS_SHIFT, 0);
}
