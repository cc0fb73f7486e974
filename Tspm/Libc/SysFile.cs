using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/file.h.</summary>
internal static partial class SysFile
{
    public const int LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8;

    /// <summary>
    /// man 2 flock. The lock belongs to the open file description: it is released when the last descriptor of that
    /// description is closed, whichever process holds it.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(int fd, int operation);
}
