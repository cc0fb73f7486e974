using System.Globalization;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Releases pages of code that were needed for the start but are not needed while waiting. Each touched page of the
/// executable brings its fifteen neighbours along (fault-around), so a process that has started holds nearly all of its
/// code in memory. Pages that are needed again come back from the page cache.
/// </summary>
internal static class PageReclaim
{
    /// <summary>
    /// Releases the pages of this process's executable mappings (man 2 madvise, MADV_DONTNEED). They are never written,
    /// so nothing is lost; data mappings are not touched.
    /// </summary>
    public static void ReleaseCodePages()
    {
        // All mappings are read before the first is released, because reading and parsing load a megabyte of code.
        var mappings = File.ReadLines("/proc/self/maps").Where(IsCode).Select(RangeOf).ToArray();
        foreach (var code in mappings) _ = SysMman.madvise(code.Start, code.Length, SysMman.MADV_DONTNEED);
    }

    /// <summary>
    /// Whether a line is the executable mapping of a file; only these have a path. The format is "START-END perms
    /// offset dev inode path" (man 5 proc_pid_maps).
    /// </summary>
    static bool IsCode(string line) => line.Contains(" r-xp ", StringComparison.Ordinal) && line.Contains('/');

    static Mapping RangeOf(string line)
    {
        var dash = line.IndexOf('-');
        var start = AddressIn(line.AsSpan(0, dash));
        var end = AddressIn(line.AsSpan(dash + 1, line.IndexOf(' ') - dash - 1));
        return new Mapping((nint)start, (nuint)(end - start));
    }

    sealed record Mapping(nint Start, nuint Length);

    static ulong AddressIn(ReadOnlySpan<char> digits) =>
        ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
