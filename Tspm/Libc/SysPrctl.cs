using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/prctl.h.</summary>
internal static unsafe partial class SysPrctl
{
    public const int PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15, PR_SET_NO_NEW_PRIVS = 38;
    public const int PR_SET_CHILD_SUBREAPER = 36, PR_GET_CHILD_SUBREAPER = 37;

    /// <summary>
    /// man 2 prctl. PR_SET_PDEATHSIG is tied to the parent <i>thread</i>; PR_SET_NAME names the calling thread.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int prctl(int option, nint argument2, nint argument3 = 0, nint argument4 = 0,
        nint argument5 = 0);

    /// <summary>PR_SET_NAME. The kernel cuts the name after 15 bytes.</summary>
    public static int SetName(ReadOnlySpan<byte> nullTerminatedName)
    {
        fixed (byte* name = nullTerminatedName) return prctl(PR_SET_NAME, (nint)name);
    }
}
