using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>malloc.h, where the C library has it.</summary>
internal static partial class Malloc
{
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    const int M_MMAP_THRESHOLD = -3;

    const int LargeBytes = 128 << 10;

    /// <summary>
    /// Memory of 128 KiB and more comes from the system, and goes back to it when it is freed. That is so at first in
    /// any case; but the C library raises that limit with each such piece that is freed, and keeps the next ones (man 3
    /// mallopt, M_MMAP_THRESHOLD).
    /// </summary>
    public static void ReturnLargePieces() => _ = mallopt(M_MMAP_THRESHOLD, LargeBytes);

    /// <summary>Gives memory back that native code has freed (man 3 malloc_trim).</summary>
    public static void Trim() => _ = malloc_trim(0);
}
