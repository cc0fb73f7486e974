using System.Globalization;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// What the descriptors of a process lead to (man 5 proc, /proc/PID/fd): a path, for a file without a name with
/// <see cref="Deleted"/> after it.
/// </summary>
internal static class ProcessDescriptors
{
    public const string Deleted = " (deleted)";

    /// <summary>
    /// The path through /proc by which the first such descriptor can be opened again; null: none, or another user's
    /// process.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="isMeant">Told what a descriptor leads to.</param>
    /// <param name="below">Only descriptors below this number.</param>
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
