using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/eventfd.h. Reads and writes are 8 bytes (man 2 eventfd).</summary>
internal static partial class SysEventfd
{
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);
}
