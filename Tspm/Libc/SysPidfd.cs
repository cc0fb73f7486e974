using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>linux/pidfd.h, and the ioctl(2) that uses it.</summary>
internal static unsafe partial class SysPidfd
{
    /// <summary>
    /// _IOWR(0xFF, 11, struct pidfd_info) with the first published size, 64 bytes, which all later kernels accept.
    /// </summary>
    public const uint PIDFD_GET_INFO = 0xC040FF0B;

    public const ulong PIDFD_INFO_EXIT = 1 << 3;

    /// <summary>True on Linux 5.4 and later: pidfds can be opened (5.3) and waited for (P_PIDFD, 5.4).</summary>
    public static readonly bool IsSupported = Environment.OSVersion.Version is var kernel
        && (kernel.Major, kernel.Minor).CompareTo((5, 4)) >= 0;

    /// <summary>
    /// True on Linux 6.15 and later: <see cref="WaitStatusOf"/> returns a status once the process has been reaped.
    /// </summary>
    public static readonly bool ReportsExitOfOthers = Environment.OSVersion.Version is var kernel
        && (kernel.Major, kernel.Minor).CompareTo((6, 15)) >= 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, void* argument);

    /// <summary>
    /// The wait status of a process that is not a child of this process. Needs Linux 6.15, and the process must have
    /// been reaped by its parent.
    /// </summary>
    /// <returns>Null if the status is not known.</returns>
    public static int? WaitStatusOf(int pidfd)
    {
        var info = new PidfdInfo { mask = PIDFD_INFO_EXIT };
        if (ioctl(pidfd, PIDFD_GET_INFO, &info) != 0 || (info.mask & PIDFD_INFO_EXIT) == 0) return null;
        return info.exit_code;
    }
}

/// <summary><c>struct pidfd_info</c>, first version.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct PidfdInfo
{
    [FieldOffset(0)] public ulong mask;
    [FieldOffset(16)] public uint pid;
    [FieldOffset(60)] public int exit_code;
}
