using System.Globalization;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Finds descriptors of a process by their targets (man 5 proc, /proc/PID/fd). A target is a path; for a file that was
/// removed, <see cref="Deleted"/> follows.
/// </summary>
internal static class ProcessDescriptors
{
    public const string Deleted = " (deleted)";

    /// <summary>
    /// Returns the path in /proc by which the first matching descriptor can be opened again; null if there is none, or
    /// the process belongs to another user.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="isMeant">Decides by the target of a descriptor.</param>
    /// <param name="below">Only descriptors below this number are examined.</param>
    public static string? Find(int pid, Predicate<string> isMeant, int below = int.MaxValue)
    {
        Span<byte> folder = stackalloc byte[32];
        ProcFiles.Path(folder, pid, "fd"u8);
        var descriptors = new List<int>();
        if (!Dirent.ReadNumbers(folder, descriptors)) return null;
        foreach (var descriptor in descriptors)
        {
            if (descriptor >= below) continue;
            var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/{descriptor}");
            if (new FileInfo(path).LinkTarget is { } target && isMeant(target)) return path;
        }
        return null;
    }
}
