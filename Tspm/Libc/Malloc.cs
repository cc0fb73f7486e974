using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>malloc.h, on C libraries that have these functions.</summary>
internal static partial class Malloc
{
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    const int M_MMAP_THRESHOLD = -3;

    const int LargeBytes = 128 << 10;

    /// <summary>
    /// Makes allocations of 128 KiB and more go back to the system when they are freed. That is the initial behaviour,
    /// but the C library raises the threshold with each such allocation that is freed, and then keeps later ones (man 3
    /// mallopt, M_MMAP_THRESHOLD).
    /// </summary>
    public static void ReturnLargePieces() => _ = mallopt(M_MMAP_THRESHOLD, LargeBytes);

    /// <summary>Returns memory that native code has freed to the system (man 3 malloc_trim).</summary>
    public static void Trim() => _ = malloc_trim(0);
}
