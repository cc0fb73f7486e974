using System.Runtime.InteropServices;

namespace Tspm.Platform.Linux.Native;

/// <summary>malloc.h, where the C library has it.</summary>
internal static partial class Malloc
{
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);

    /// <summary>Gives memory back that native code has freed (man 3 malloc_trim).</summary>
    public static void Trim() => _ = malloc_trim(0);
}
