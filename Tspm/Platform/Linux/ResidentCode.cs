using System.Globalization;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Releases code that was needed to start and is not needed to wait. Every touched page of the executable brings its
/// fifteen neighbours along (fault-around), so a process that has started holds nearly all of its code. What it still
/// needs afterwards comes back from the page cache.
/// </summary>
internal static class ResidentCode
{
    /// <summary>
    /// Releases the executable mappings of this process. They are never written, so nothing can be lost; data mappings
    /// are left alone.
    /// </summary>
    public static void Release()
    {
        // All are known before the first is released: reading and parsing bring a megabyte of code along themselves.
        var mappings = File.ReadLines("/proc/self/maps").Where(IsCode).Select(RangeOf).ToArray();
        foreach (var (start, length) in mappings) _ = SysMman.madvise(start, length, SysMman.MADV_DONTNEED);
    }

    /// <summary>Only the mapping of a file has a path: "START-END perms offset dev inode path".</summary>
    /// <remarks>man 5 proc_pid_maps.</remarks>
    static bool IsCode(string line) => line.Contains(" r-xp ", StringComparison.Ordinal) && line.Contains('/');

    static (nint Start, nuint Length) RangeOf(string line)
    {
        var dash = line.IndexOf('-');
        var start = AddressIn(line.AsSpan(0, dash));
        var end = AddressIn(line.AsSpan(dash + 1, line.IndexOf(' ') - dash - 1));
        return ((nint)start, (nuint)(end - start));
    }

    static ulong AddressIn(ReadOnlySpan<char> digits) =>
        ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
