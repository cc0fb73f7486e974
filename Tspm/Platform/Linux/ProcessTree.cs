using System.Globalization;
using System.Text;
using Tspm.Model;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// What belongs to a child: its descendants, and what outlived its parent. An orphan goes to the nearest subreaper, the guardian, so the guardian's
/// own list of children shows them all, and a look at nothing costs two small files. Children that were adopted from an earlier daemon are in that
/// list too; they are known by number and left alone, or carry another mark.
/// Only where the guardian was not there (every tspm process had been killed) all of /proc is looked through, and then only session and process group count.
/// </summary>
internal sealed class ProcessTree(ProcFiles files, int guardianPid, Func<int, LinuxChild?> childOf)
{
    /// <summary>How long one look at the guardian's orphans serves: a reading of a thousand trees in a row must not take it a thousand times.</summary>
    const long OrphansFreshMs = 50;

    /// <summary>Parents that are looked at: a tree that changes while it is climbed must end somewhere.</summary>
    const int DeepestTree = 64;

    readonly FifoHolders holders = new(files);
    readonly int ownPid = Unistd.getpid();
    readonly List<int> pids = [];
    readonly List<ProcStat> orphans = [];
    long orphansReadAt = long.MinValue;

    /// <summary>Who was killed here and may not be gone yet.</summary>
    readonly List<(TreeMark Mark, ProcStat Stat)> dying = [];

    /// <summary>See <see cref="IProcessSystem.KillLeftovers"/>.</summary>
    public int KillLeftovers(TreeMark mark)
    {
        var known = childOf(mark.Pid);
        var isNear = known is { IsNear: true };
        // While any member of a session or group lives, its number is given to nobody else. So a living process with this number means: no member is left.
        var numberIsOurs = known is not null && !(ProcFiles.TryReadStat(mark.Pid, out var now) && now.IsLiving);
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        if (!isNear || !CollectOrphans(mark, numberIsOurs, found, seen)) CollectFromAll(mark, numberIsOurs, found, seen);
        if (numberIsOurs) _ = SysSignal.kill(-mark.Pid, Signals.SIGKILL); // ESRCH: nobody left, as is usual
        foreach (var stat in found) Kill(stat);
        return found.Count + WaitedFor(mark, found, seen);
    }

    /// <summary>
    /// How many of those that were killed for this mark earlier, and are not found any more, still live: a process that is ending gives up its environment, and with it the mark, before its files and
    /// ports. With much memory to free that takes a while (kernel/exit.c: exit_mm comes first).
    /// </summary>
    int WaitedFor(TreeMark mark, List<ProcStat> found, HashSet<int> seen)
    {
        var waitedFor = 0;
        for (var i = dying.Count - 1; i >= 0; i--)
        {
            var (of, killed) = dying[i];
            if (of != mark) continue;
            var isThere = !seen.Contains(killed.Pid) && ProcFiles.TryReadStat(killed.Pid, out var now) && now.IsLiving && now.StartTicks == killed.StartTicks;
            if (isThere) waitedFor++;
            else dying.RemoveAt(i);
        }
        foreach (var stat in found) dying.Add((mark, stat));
        return waitedFor;
    }

    /// <summary>See <see cref="IProcessSystem.KillHooks"/>.</summary>
    public void KillMarked(string variable, string entry, bool everywhere)
    {
        var (name, whole) = (Encoding.UTF8.GetBytes(variable + "="), Encoding.UTF8.GetBytes(entry));
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        pids.Clear();
        if (everywhere || !files.TryReadChildrenOfThread(guardianPid, guardianPid, pids)) ProcFiles.ReadAllPids(pids);
        foreach (var pid in pids.ToArray())
        {
            // Guardian and daemon may have been started by a hook themselves.
            if (pid != guardianPid && IsOrphan(pid, out var stat) && files.EnvironmentHas(pid, whole, name, beginsWith: true)) AddSubtree(stat, found, seen);
        }
        foreach (var stat in found) Kill(stat);
    }

    /// <summary>See <see cref="IProcessSystem.ReadTree"/>.</summary>
    public IReadOnlyList<ProcessSample> Read(int pid)
    {
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        if (ProcFiles.TryReadStat(pid, out var root)) AddSubtree(root, found, seen);
        RefreshOrphans();
        foreach (var orphan in orphans)
        {
            if (orphan.Session == pid && ProcFiles.TryReadStat(orphan.Pid, out var now) && now.StartTicks == orphan.StartTicks) AddSubtree(now, found, seen);
        }
        var samples = new List<ProcessSample>(found.Count);
        foreach (var stat in found)
            samples.Add(new ProcessSample(stat.Pid, stat.ParentPid, stat.StartTicks, files.ReadCommand(stat.Pid), stat.CpuTime, files.ReadPss(stat.Pid)));
        return samples;
    }

    /// <summary>See <see cref="IProcessSystem.IsInTree"/>.</summary>
    public bool Contains(int pid, uint uid, TreeMark mark)
    {
        if (pid <= 0) return false;
        if (!ProcFiles.TryReadStat(pid, out var stat)) return uid == 0 || (SysStat.stat($"/proc/{mark.Pid}", out var child) == 0 && child.Uid == uid);
        if (pid == mark.Pid || IsOfGroup(stat, mark.Pid) || HasMark(pid, mark)) return true;
        // Up to the child, as long as there are parents.
        for (var step = 0; step < DeepestTree && stat.ParentPid > 1; step++)
        {
            if (stat.ParentPid == mark.Pid) return true;
            if (!ProcFiles.TryReadStat(stat.ParentPid, out stat)) return false;
        }
        return false;
    }

    /// <summary>Through the guardian's children. False: the kernel does not list them.</summary>
    bool CollectOrphans(TreeMark mark, bool numberIsOurs, List<ProcStat> found, HashSet<int> seen)
    {
        pids.Clear();
        if (!files.TryReadChildrenOfThread(guardianPid, guardianPid, pids)) return false;
        foreach (var pid in pids.ToArray())
        {
            if (IsOrphan(pid, out var stat) && ((numberIsOurs && IsOfGroup(stat, mark.Pid)) || HasMark(pid, mark))) AddSubtree(stat, found, seen);
        }
        return true;
    }

    /// <summary>
    /// Through all processes. For a child that was never ours to watch the number may have had another owner since, whose session could still
    /// live: then the mark is asked for as well.
    /// </summary>
    void CollectFromAll(TreeMark mark, bool numberIsOurs, List<ProcStat> found, HashSet<int> seen)
    {
        var all = ReadAll();
        foreach (var stat in all)
        {
            var isOrphanOfGuardian = stat.ParentPid == guardianPid && IsOrphan(stat.Pid, out _);
            var belongs = IsOfGroup(stat, mark.Pid) && stat.Pid != mark.Pid && (numberIsOurs || HasEnvironment(stat.Pid, mark));
            if ((belongs || (isOrphanOfGuardian && HasMark(stat.Pid, mark))) && seen.Add(stat.Pid)) found.Add(stat);
        }
        // Whoever descends from one of them, generation by generation.
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var stat in all)
            {
                if (stat.ParentPid == found[i].Pid && seen.Add(stat.Pid)) found.Add(stat);
            }
        }
    }

    List<ProcStat> ReadAll()
    {
        pids.Clear();
        ProcFiles.ReadAllPids(pids);
        var all = new List<ProcStat>(pids.Count);
        foreach (var pid in pids)
        {
            if (pid != ownPid && pid != guardianPid && ProcFiles.TryReadStat(pid, out var stat) && stat.IsLiving) all.Add(stat);
        }
        return all;
    }

    void AddSubtree(ProcStat root, List<ProcStat> found, HashSet<int> seen)
    {
        if (!root.IsLiving || !seen.Add(root.Pid)) return;
        var next = found.Count;
        found.Add(root);
        for (; next < found.Count; next++)
        {
            pids.Clear();
            _ = files.TryReadChildren(found[next].Pid, found[next].Threads, pids); // gone meanwhile: its children are orphans now, seen in the next round
            foreach (var pid in pids)
            {
                if (ProcFiles.TryReadStat(pid, out var stat) && stat.IsLiving && seen.Add(pid)) found.Add(stat);
            }
        }
    }

    /// <summary>A living child of the guardian that is neither this daemon nor a child that somebody owns.</summary>
    bool IsOrphan(int pid, out ProcStat stat)
    {
        stat = default;
        return pid != ownPid && childOf(pid) is null && ProcFiles.TryReadStat(pid, out stat) && stat.IsLiving;
    }

    void RefreshOrphans()
    {
        var now = Environment.TickCount64;
        if (now - orphansReadAt < OrphansFreshMs) return;
        orphansReadAt = now;
        orphans.Clear();
        pids.Clear();
        if (!files.TryReadChildrenOfThread(guardianPid, guardianPid, pids)) return;
        foreach (var pid in pids)
        {
            if (IsOrphan(pid, out var stat)) orphans.Add(stat);
        }
    }

    static bool IsOfGroup(in ProcStat stat, int number) => stat.Session == number || stat.Group == number;

    bool HasMark(int pid, TreeMark mark) => HasEnvironment(pid, mark) && (mark.OtherStartTicks is not { } other || IsNotOfOther(pid, mark, other));

    bool HasEnvironment(int pid, TreeMark mark)
    {
        Span<byte> id = stackalloc byte[32];
        Span<byte> instance = stackalloc byte[32];
        var idLength = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"TSPM_ID={mark.Id}"), id);
        var instanceLength = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"TSPM_INSTANCE={mark.Instance}"), instance);
        if (!files.EnvironmentHas(pid, id[..idLength], instance[..instanceLength])) return false;
        return mark.Hook is not { } hook || files.EnvironmentHas(pid, id[..idLength], Encoding.UTF8.GetBytes($"TSPM_HOOK={hook}"));
    }

    /// <summary>An orphan that is older than the other child cannot be of it; who holds an output of this one is not. Of all others nothing is known.</summary>
    bool IsNotOfOther(int pid, TreeMark mark, long other)
    {
        if (mark.StartTicks < other && ProcFiles.TryReadStat(pid, out var stat) && stat.StartTicks < other) return true;
        foreach (var fifo in mark.Fifos)
            if (holders.Holds(pid, fifo)) return true;
        return false;
    }

    /// <summary>Kills this process and no later one with its number.</summary>
    static void Kill(in ProcStat target)
    {
        var pidfd = SysSyscall.pidfd_open(target.Pid);
        if (pidfd < 0)
        {
            if (Errno.Last == Errno.ENOSYS && ProcFiles.TryReadStat(target.Pid, out var same) && same.StartTicks == target.StartTicks) _ = SysSignal.kill(target.Pid, Signals.SIGKILL);
            return;
        }
        if (ProcFiles.TryReadStat(target.Pid, out var now) && now.StartTicks == target.StartTicks) _ = SysSyscall.pidfd_send_signal(pidfd, Signals.SIGKILL);
        _ = Unistd.close(pidfd);
    }
}
