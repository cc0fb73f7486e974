using System.Runtime.InteropServices;

namespace Tspm.Platform.Linux.Native;

/// <summary>sys/mman.h.</summary>
internal static partial class SysMman
{
    /// <summary>man 2 madvise: pages of a file mapping that was never written come back from the file when they are touched.</summary>
    public const int MADV_DONTNEED = 4;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int madvise(nint address, nuint length, int advice);
}
