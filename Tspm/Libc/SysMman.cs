using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/mman.h.</summary>
internal static partial class SysMman
{
    /// <summary>
    /// man 2 madvise: the pages of a file mapping that was never written to are read from the file again at the next
    /// access.
    /// </summary>
    public const int MADV_DONTNEED = 4;

    /// <summary>man 2 memfd_create.</summary>
    public const uint MFD_CLOEXEC = 1;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int madvise(nint address, nuint length, int advice);

    /// <summary>man 2 memfd_create: a file in memory. The name only serves people who look at /proc.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);
}
