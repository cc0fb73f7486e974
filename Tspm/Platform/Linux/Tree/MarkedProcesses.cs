using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Finds the processes that carry the mark of a run. The kernel shows the limits of a process, and with them the mark,
/// until it is reaped (man 5 proc), so even a process that has closed its descriptors while exiting is found. Searches
/// all of /proc, so it is for recovery only.
/// </summary>
internal sealed class MarkedProcesses(ProcFiles files, int guardianPid)
{
    /// <summary>See <see cref="IProcessSystem.FindRun"/>.</summary>
    public RunTrace? Find(ulong runMark)
    {
        if (runMark == RunMark.None) return null;
        var pids = new List<int>();
        ProcFiles.ReadAllPids(pids);
        var ownPid = Unistd.getpid();
        RunTrace? found = null;
        foreach (var pid in pids)
        {
            if (pid == ownPid || pid == guardianPid || files.ReadRunMark(pid) != runMark) continue;
            if (!ProcFiles.TryReadStat(pid, out var stat)) continue;
            found ??= new RunTrace(0, 0);
            // A guardian that the child launched proves that the child existed, but is not the child itself.
            var mayBeChild = stat.Session == pid && !NestedGuardian.IsOne(files, pid);
            if (mayBeChild && IsOlder(stat, found)) found = new RunTrace(pid, stat.StartTicks);
        }
        return found;
    }

    static bool IsOlder(in ProcStat stat, RunTrace other) => other.LeaderPid == 0
        || stat.StartTicks < other.StartTicks || (stat.StartTicks == other.StartTicks && stat.Pid < other.LeaderPid);
}
