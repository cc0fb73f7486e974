using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Logs.Writing;

/// <summary>
/// Finds a FIFO again whose name is gone, because the home was removed or moved while its run lived: the guardian has
/// it open, and so has the child. It cannot get a name again (man 2 link: a file without any cannot be linked), but it
/// can be opened through /proc.
/// </summary>
internal static class LostFifos
{
    const int BehindStandardStreams = 3;

    /// <summary>
    /// A path that leads to it; null: nobody has it open. The name of the file has the number of the run in it, which
    /// no other run has.
    /// </summary>
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
