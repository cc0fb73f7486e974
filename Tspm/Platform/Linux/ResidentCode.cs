using System.Globalization;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Lets go of code that was needed to start and is not needed to wait. Every touched page of the executable brings its
/// fifteen neighbours along (fault-around), so a process that has started holds nearly all of its code; what it really
/// needs afterwards comes back by itself, from the page cache.
/// </summary>
internal static class ResidentCode
{
    /// <summary>
    /// Releases the executable mappings of this process. Those are never written, so nothing can be lost; data mappings
    /// are left alone.
    /// </summary>
    public static void Release()
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            // man 5 proc_pid_maps: "START-END perms offset dev inode path"; a path means a file.
            var dash = line.IndexOf('-');
            var space = line.IndexOf(' ');
            if (dash < 0 || space < dash || !line.AsSpan(space + 1).StartsWith("r-xp") || !line.Contains('/')) continue;
            var start = ulong.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var end = ulong
                .Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _ = SysMman.madvise((nint)start, (nuint)(end - start), SysMman.MADV_DONTNEED);
        }
    }
}
