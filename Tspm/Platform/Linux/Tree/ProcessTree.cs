using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The tree of a living child: its descendants, and the orphans that are still in its session. What an ended child left
/// behind is the subject of <see cref="LeftoverFinder"/>. One instance serves one thread.
/// </summary>
internal sealed class ProcessTree(ProcFiles files, int guardianPid, Func<int, LinuxChild?> childOf)
{
    /// <summary>How old the list of orphans may be for a reading: a thousand trees are read in a row.</summary>
    static readonly TimeSpan OrphansFreshFor = TimeSpan.FromMilliseconds(50);

    /// <summary>How many parents are looked at: the climb must end, even when the tree changes meanwhile.</summary>
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
            _ = SysResource.prlimit(stat.Pid, SysResource.RLIMIT_RTTIME, &limit, null); // EPERM: another user's
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
            // Guardian and daemon may have been started by a hook themselves.
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
        // Up to the child, as long as there are parents.
        for (var step = 0; step < DeepestTree && stat.ParentPid > 1; step++)
        {
            if (stat.ParentPid == mark.Pid) return true;
            if (!ProcFiles.TryReadStat(stat.ParentPid, out stat)) return false;
        }
        return false;
    }

    /// <summary>What can be said of a process that has ended: it had the child's user, or was root.</summary>
    static bool IsOfSameUser(uint uid, int childPid) =>
        uid == 0 || (SysStat.stat($"/proc/{childPid}", out var child) == 0 && child.Uid == uid);

    /// <summary>Signals this process and no later one with its pid.</summary>
    public static SignalResult Signal(int pid, long startTicks, int signal)
    {
        using var pidfd = Descriptors.Pidfd(pid);
        var isOld = !pidfd.IsOpen && Errno.Last == Errno.ENOSYS;
        if (!pidfd.IsOpen && !isOld) return SignalResult.Gone;
        // Asked after the pidfd was opened: it names whoever has the pid now.
        var isSame = ProcFiles.TryReadStat(pid, out var now) && now.StartTicks == startTicks;
        var errno = !isSame ? Errno.ESRCH
            : (isOld ? SysSignal.kill(pid, signal) : SysSyscall.pidfd_send_signal(pidfd.Number, signal)) == 0
                ? 0
                : Errno.Last;
        return errno switch
        {
            0 => SignalResult.Sent,
            Errno.EPERM => SignalResult.NotPermitted,
            _ => SignalResult.Gone,
        };
    }
}
