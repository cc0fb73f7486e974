using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/wait.h.</summary>
internal static unsafe partial class SysWait
{
    public const int P_ALL = 0, P_PID = 1, P_PGID = 2, P_PIDFD = 3;
    public const int WNOHANG = 1, WSTOPPED = 2, WEXITED = 4, WCONTINUED = 8, WNOWAIT = 0x01000000;
    public const int CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3;

    /// <summary>
    /// man 2 waitid. With WNOHANG and nothing to report, returns 0 and leaves <c>si_pid</c> 0 (so the structure must be
    /// zeroed before the call).
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitid(int idType, int id, Siginfo* info, int options);

    /// <summary>man 2 wait4; <paramref name="usage"/> may be null.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int wait4(int pid, int* status, int options, void* usage);
}

/// <summary><c>siginfo_t</c> as waitid fills it (man 2 sigaction): 128 bytes on 64-bit systems.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct Siginfo
{
    [FieldOffset(0)] public int si_signo;
    [FieldOffset(4)] public int si_errno;
    [FieldOffset(8)] public int si_code;
    [FieldOffset(16)] public int si_pid;
    [FieldOffset(20)] public uint si_uid;
    [FieldOffset(24)] public int si_status;
}
