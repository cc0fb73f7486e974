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

    /// <summary>The hidden word of a guardian, the second of its arguments.</summary>
    public const string GuardianWord = "__guardian";

    /// <summary>How the flag begins that only a client which launches a guardian gives it.</summary>
    public const string LaunchedFlag = "--ready-fd=";

    /// <summary>Parents that are looked at: a tree that changes while it is climbed must end somewhere.</summary>
    const int DeepestTree = 64;

    readonly FifoHolders holders = new(files);
    readonly int ownPid = Unistd.getpid();
    readonly List<int> pids = [];
    readonly List<ProcStat> orphans = [];
    long orphansReadAt = long.MinValue;

    /// <summary>
    /// Leftovers that were found and may still live. A process that is ending gives up its memory, and with it the
    /// environment that marks it, before its files and ports (kernel/exit.c: exit_mm comes first), and a living one may
    /// replace its environment. Both are remembered until they are gone.
    /// </summary>
    readonly List<(OwnerKey Owner, ProcStat Stat)> known = [];

    readonly record struct OwnerKey(int Pid, int Id, int Instance, string? Hook)
    {
        public static OwnerKey Of(TreeMark mark) => new(mark.Pid, mark.Id, mark.Instance, mark.Hook);
    }

    /// <summary>See <see cref="IProcessSystem.FindLeftovers"/>.</summary>
    /// <param name="mark">How to recognise them.</param>
    /// <param name="others">Further members that the caller knows of, from the cgroup.</param>
    public List<Leftover> FindLeftovers(TreeMark mark, IReadOnlyList<int> others)
    {
        var found = Find(mark, others, out _);
        var leftovers = new List<Leftover>(found.Count);
        foreach (var stat in found)
        {
            var name = files.ReadName(stat.Pid);
            leftovers.Add(new Leftover(stat.Pid, stat.StartTicks, stat.ParentPid, stat.Group, stat.Session, name));
        }
        return leftovers;
    }

    /// <summary>See <see cref="IProcessSystem.KillLeftovers"/>.</summary>
    public int KillLeftovers(TreeMark mark, IReadOnlyList<int> others)
    {
        var found = Find(mark, others, out var numberIsOurs);
        if (numberIsOurs) _ = SysSignal.kill(-mark.Pid, Signals.SIGKILL); // ESRCH: nobody left, as is usual
        foreach (var stat in found) _ = Signal(stat.Pid, stat.StartTicks, Signals.SIGKILL);
        return found.Count;
    }

    List<ProcStat> Find(TreeMark mark, IReadOnlyList<int> others, out bool numberIsOurs)
    {
        var child = childOf(mark.Pid);
        var isNear = child is { IsNear: true };
        // While any member of a session or group lives, its number is given to nobody else. So a living process with this number means: no member is left.
        numberIsOurs = child is not null && !(ProcFiles.TryReadStat(mark.Pid, out var now) && now.IsLiving);
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        if (!isNear || !CollectOrphans(mark, numberIsOurs, found, seen)) CollectFromAll(mark, numberIsOurs, found, seen);
        foreach (var pid in others)
        {
            if (ProcFiles.TryReadStat(pid, out var stat) && !IsGuardian(pid)) AddSubtree(stat, found, seen, mark);
        }
        RememberAndAddKnown(OwnerKey.Of(mark), found, seen);
        return found;
    }

    void RememberAndAddKnown(OwnerKey owner, List<ProcStat> found, HashSet<int> seen)
    {
        for (var i = known.Count - 1; i >= 0; i--)
        {
            var (of, before) = known[i];
            if (of != owner) continue;
            known.RemoveAt(i);
            if (!ProcFiles.TryReadStat(before.Pid, out var now) || !now.IsLiving) continue;
            // What was met in the middle of launching another Tspm has become its guardian.
            if (now.StartTicks != before.StartTicks || IsGuardian(now.Pid)) continue;
            if (seen.Add(now.Pid)) found.Add(now);
        }
        foreach (var stat in found) known.Add((owner, stat));
    }

    /// <summary>See <see cref="IProcessSystem.MarkTree"/>.</summary>
    public unsafe ulong MarkTree(int pid, long startTicks, ulong runMark)
    {
        var tree = new List<ProcStat>();
        if (!ProcFiles.TryReadStat(pid, out var root) || root.StartTicks != startTicks) return runMark;
        if (files.ReadRunMark(pid) is var carried and not RunMark.None) return carried;
        AddSubtree(root, tree, []);
        foreach (var stat in tree)
        {
            ResourceLimit limit;
            if (files.ReadRunMark(stat.Pid) != RunMark.None || IsGuardian(stat.Pid)) continue;
            if (SysResource.prlimit(stat.Pid, SysResource.RLIMIT_RTTIME, null, &limit) != 0) continue;
            if (limit.rlim_max < runMark) continue;
            limit.rlim_cur = runMark;
            _ = SysResource.prlimit(stat.Pid, SysResource.RLIMIT_RTTIME, &limit, null); // EPERM: another user's
        }
        return runMark;
    }

    /// <summary>Another Tspm that was started inside the tree: it and what it runs are on their own.</summary>
    bool IsGuardian(int pid) => files.ReadArguments(pid) switch
    {
        [_, GuardianWord, ..] => true,
        // Before it executes itself again.
        [_, "daemon", var word, ..] => word.StartsWith(LaunchedFlag, StringComparison.Ordinal),
        _ => false,
    };

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
        foreach (var stat in found) _ = Signal(stat.Pid, stat.StartTicks, Signals.SIGKILL);
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
        if (pid == mark.Pid || Belongs(stat, mark, numberIsOurs: true)) return true;
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
            if (!IsOrphan(pid, out var stat) || !Belongs(stat, mark, numberIsOurs) || IsGuardian(pid)) continue;
            AddSubtree(stat, found, seen, mark);
        }
        return true;
    }

    /// <summary>
    /// The run's mark decides where there is one: a process with the mark of another run belongs to that one, whatever
    /// its environment says. Without a mark, session, group and environment decide.
    /// </summary>
    bool Belongs(in ProcStat stat, TreeMark mark, bool numberIsOurs)
    {
        if (mark.Run != RunMark.None && files.ReadRunMark(stat.Pid) is var carried and not RunMark.None)
            return carried == mark.Run && stat.StartTicks >= mark.StartTicks;
        return (numberIsOurs && IsOfGroup(stat, mark.Pid)) || HasMark(stat.Pid, mark);
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
            if (stat.Pid == mark.Pid || !BelongsFarAway(stat, mark, numberIsOurs) || IsGuardian(stat.Pid)) continue;
            if (seen.Add(stat.Pid)) found.Add(stat);
        }
        // Whoever descends from one of them, generation by generation.
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var stat in all)
            {
                if (stat.ParentPid != found[i].Pid || seen.Contains(stat.Pid) || IsGuardian(stat.Pid)) continue;
                seen.Add(stat.Pid);
                found.Add(stat);
            }
        }
    }

    bool BelongsFarAway(in ProcStat stat, TreeMark mark, bool numberIsOurs)
    {
        if (mark.Run != RunMark.None && files.ReadRunMark(stat.Pid) is var carried and not RunMark.None)
            return carried == mark.Run && stat.StartTicks >= mark.StartTicks;
        if (IsOfGroup(stat, mark.Pid) && (numberIsOurs || HasEnvironment(stat.Pid, mark))) return true;
        return stat.ParentPid == guardianPid && IsOrphan(stat.Pid, out _) && HasMark(stat.Pid, mark);
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

    /// <param name="root">Its first member.</param>
    /// <param name="found">Where the living members go.</param>
    /// <param name="seen">Those that are in it already.</param>
    /// <param name="mark">Not null: what has left this tree on its own, another Tspm, is passed over.</param>
    void AddSubtree(ProcStat root, List<ProcStat> found, HashSet<int> seen, TreeMark? mark = null)
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
                if (seen.Contains(pid) || !ProcFiles.TryReadStat(pid, out var stat) || !stat.IsLiving) continue;
                if (mark is not null && IsGuardian(pid)) continue;
                if (seen.Add(pid)) found.Add(stat);
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

    /// <summary>Signals this process and no later one with its pid.</summary>
    public static SignalResult Signal(int pid, long startTicks, int signal)
    {
        var pidfd = SysSyscall.pidfd_open(pid);
        var isOld = pidfd < 0 && Errno.Last == Errno.ENOSYS;
        if (pidfd < 0 && !isOld) return SignalResult.Gone;
        // Asked after the pidfd was opened: it names whoever has the pid now.
        var isSame = ProcFiles.TryReadStat(pid, out var now) && now.StartTicks == startTicks;
        var errno = !isSame ? Errno.ESRCH
            : (isOld ? SysSignal.kill(pid, signal) : SysSyscall.pidfd_send_signal(pidfd, signal)) == 0 ? 0 : Errno.Last;
        if (!isOld) _ = Unistd.close(pidfd);
        return errno switch
        {
            0 => SignalResult.Sent,
            Errno.EPERM => SignalResult.NotPermitted,
            _ => SignalResult.Gone,
        };
    }
}
