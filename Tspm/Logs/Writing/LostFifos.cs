using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Logs.Writing;

/// <summary>
/// Finds a FIFO whose name is gone, because the home was removed or moved during the run. The guardian and the child
/// still have it open. It cannot get a name again (man 2 link: a file without any name cannot be linked), but it can be
/// opened through /proc.
/// </summary>
internal static class LostFifos
{
    const int BehindStandardStreams = 3;

    /// <summary>
    /// Finds a path in /proc that leads to the FIFO. The FIFO is recognised by its name, which contains the unique
    /// number of the run.
    /// </summary>
    /// <returns>Null if no process has it open.</returns>
    public static string? Find(string fifo)
    {
        var name = Path.GetFileName(fifo);
        bool IsIt(string target) =>
            Path.GetFileName(target.EndsWith(ProcessDescriptors.Deleted, StringComparison.Ordinal)
                ? target[..^ProcessDescriptors.Deleted.Length]
                : target) == name;
        if (ProcessDescriptors.Find(Unistd.getppid(), IsIt) is { } held) return held;
        var pids = new List<int>();
        ProcFiles.ReadAllPids(pids);
        foreach (var pid in pids)
            if (ProcessDescriptors.Find(pid, IsIt, BehindStandardStreams) is { } own) return own;
        return null;
    }
}
