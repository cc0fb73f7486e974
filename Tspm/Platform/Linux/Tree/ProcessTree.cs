using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The tree of a living child: its descendants, and the orphans that are still in its session.
/// <see cref="LeftoverFinder"/> finds the processes that an ended child left behind. One instance serves one thread.
/// </summary>
internal sealed class ProcessTree(ProcFiles files, int guardianPid, Func<int, LinuxChild?> childOf)
{
    /// <summary>How old the list of orphans may be for a reading, because a thousand trees are read in a row.</summary>
    static readonly TimeSpan OrphansFreshFor = TimeSpan.FromMilliseconds(50);

    /// <summary>How many parents are followed: the loop must terminate even if the tree changes meanwhile.</summary>
    const int DeepestTree = 64;

    readonly Orphans _orphans = new(files, guardianPid, childOf);
    readonly Subtrees _subtrees = new(files);
    readonly TreeMarks _marks = new(files);
    readonly int _ownPid = Unistd.getpid();

    /// <summary>See <see cref="IProcessSystem.MarkTree"/>.</summary>
    public unsafe ulong MarkTree(int pid, long startTicks, ulong runMark)
    {
        var tree = new List<ProcStat>();
        if (!ProcFiles.TryReadStat(pid, out var root) || root.StartTicks != startTicks) return runMark;
        if (files.ReadRunMark(pid) is var carried and not RunMark.None) return carried;
        _subtrees.Add(root, tree, []);
        foreach (var stat in tree)
        {
            ResourceLimit limit;
            if (files.ReadRunMark(stat.Pid) != RunMark.None || NestedGuardian.IsOne(files, stat.Pid)) continue;
            if (SysResource.prlimit(stat.Pid, SysResource.RLIMIT_RTTIME, null, &limit) != 0) continue;
            if (limit.rlim_max < runMark) continue;
            limit.rlim_cur = runMark;
            // Fails with EPERM for another user's process.
            _ = SysResource.prlimit(stat.Pid, SysResource.RLIMIT_RTTIME, &limit, null);
        }
        return runMark;
    }

    /// <summary>See <see cref="IProcessSystem.KillHooks"/>.</summary>
    public void KillMarked(string variable, string entry, bool everywhere)
    {
        var (name, whole) = (Encoding.UTF8.GetBytes(variable + "="), Encoding.UTF8.GetBytes(entry));
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        var pids = new List<int>();
        var isListed = !everywhere && files.TryReadChildrenOfThread(guardianPid, guardianPid, pids);
        if (!isListed) ProcFiles.ReadAllPids(pids);
        foreach (var pid in pids)
        {
            // A hook may itself have started the guardian and this daemon.
            if (pid == guardianPid || pid == _ownPid || childOf(pid) is not null) continue;
            if (!ProcFiles.TryReadStat(pid, out var stat)) continue;
            if (files.EnvironmentHas(pid, whole, name, beginsWith: true)) _subtrees.Add(stat, found, seen);
        }
        foreach (var stat in found) _ = Signal(stat.Pid, stat.StartTicks, Signals.SIGKILL);
    }

    /// <summary>See <see cref="IProcessSystem.ReadTree"/>.</summary>
    public IReadOnlyList<ProcessSample> Read(int pid)
    {
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        if (ProcFiles.TryReadStat(pid, out var root)) _subtrees.Add(root, found, seen);
        foreach (var orphan in _orphans.Read(OrphansFreshFor) ?? [])
        {
            if (orphan.Stat.Session == pid && orphan.TryReadNow(out var now)) _subtrees.Add(now, found, seen);
        }
        var samples = new List<ProcessSample>(found.Count);
        foreach (var stat in found) samples.Add(Sample(stat));
        return samples;
    }

    ProcessSample Sample(in ProcStat stat) =>
        new(stat.Pid, stat.ParentPid, stat.StartTicks, files.ReadCommand(stat.Pid), stat.CpuTime,
            files.ReadPss(stat.Pid));

    /// <summary>See <see cref="IProcessSystem.IsInTree"/>.</summary>
    public bool Contains(int pid, uint uid, TreeMark mark)
    {
        if (pid <= 0) return false;
        if (!ProcFiles.TryReadStat(pid, out var stat)) return IsOfSameUser(uid, mark.Pid);
        if (pid == mark.Pid) return true;
        if (_marks.Belongs(stat, files.ReadRunMark(pid), mark, numberIsOurs: true)) return true;
        // Follows the parents up to the child.
        for (var step = 0; step < DeepestTree && stat.ParentPid > 1; step++)
        {
            if (stat.ParentPid == mark.Pid) return true;
            if (!ProcFiles.TryReadStat(stat.ParentPid, out stat)) return false;
        }
        return false;
    }

    /// <summary>Whether a process that has ended ran as the child's user or as root.</summary>
    static bool IsOfSameUser(uint uid, int childPid) =>
        uid == 0 || (SysStat.stat($"/proc/{childPid}", out var child) == 0 && child.Uid == uid);

    /// <summary>Signals this process, and never a later one with the same pid.</summary>
    public static SignalResult Signal(int pid, long startTicks, int signal)
    {
        using var pidfd = Descriptors.Pidfd(pid);
        var isOld = !pidfd.IsOpen && Errno.Last == Errno.ENOSYS;
        if (!pidfd.IsOpen && !isOld) return SignalResult.Gone;
        // Read after the pidfd was opened, which refers to the present owner of the pid.
        var isSame = ProcFiles.TryReadStat(pid, out var now) && now.StartTicks == startTicks;
        if (!isSame) return SignalResult.Gone;
        var result = isOld ? SysSignal.kill(pid, signal) : SysSyscall.pidfd_send_signal(pidfd.Number, signal);
        if (result == 0) return SignalResult.Sent;
        return Errno.Last == Errno.EPERM ? SignalResult.NotPermitted : SignalResult.Gone;
    }
}
