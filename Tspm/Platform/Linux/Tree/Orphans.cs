using Tspm.Libc;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The orphans below the guardian: those of its children that are neither this daemon nor a child that somebody owns.
/// When a thousand wrappers are stopped together, each of them looks for its leftovers many times among a thousand
/// orphans; so what was read of an orphan is kept, and the list itself serves several looks of the same moment.
/// One instance serves one thread.
/// </summary>
internal sealed class Orphans(ProcFiles files, int guardianPid, Func<int, LinuxChild?> childOf) : IOrphans
{
    /// <summary>
    /// How long an orphan is taken for the same process without asking again. The kernel gives out pids in a circle,
    /// usually of 32,768 or more, and no machine starts that many processes in this time. Where the circle is smaller
    /// (man 5 proc, pid_max), each orphan is asked every time.
    /// </summary>
    static readonly TimeSpan s_trustedFor = ProcFiles.ReadPidLimit() >= 32_768
        ? TimeSpan.FromMilliseconds(500)
        : TimeSpan.Zero;

    readonly int ownPid = Unistd.getpid();
    readonly List<int> pids = [];
    readonly List<Orphan> orphans = [];
    Dictionary<int, Orphan> known = [], earlier = [];
    long readAt;
    bool isRead;

    public IReadOnlyList<int> Vanished => vanished;

    readonly List<int> vanished = [];

    public IReadOnlyList<Orphan>? Read(TimeSpan maxAge)
    {
        if (isRead && Stopwatch.GetElapsedTime(readAt) < maxAge) return orphans;
        isRead = false;
        pids.Clear();
        if (!files.TryReadChildrenOfThread(guardianPid, guardianPid, pids)) return null;
        (isRead, readAt) = (true, Stopwatch.GetTimestamp());
        (known, earlier) = (earlier, known);
        known.Clear();
        orphans.Clear();
        vanished.Clear();
        foreach (var pid in pids)
        {
            if (pid == ownPid || childOf(pid) is not null) continue;
            if (Identify(pid) is not { } orphan)
            {
                vanished.Add(pid);
                continue;
            }
            known[pid] = orphan;
            orphans.Add(orphan);
        }
        return orphans;
    }

    /// <summary>Null: it has ended meanwhile.</summary>
    Orphan? Identify(int pid)
    {
        var before = earlier.GetValueOrDefault(pid);
        if (before is not null && Stopwatch.GetElapsedTime(before.ReadAt) < s_trustedFor) return before;
        if (!ProcFiles.TryReadStat(pid, out var stat)) return null;
        if (before is null || before.Stat.StartTicks != stat.StartTicks) return new Orphan(files, stat);
        before.Renew(stat);
        return before;
    }
}

/// <summary>The orphans below the guardian, see <see cref="Orphans"/>.</summary>
internal interface IOrphans
{
    /// <summary>
    /// Those that ended after the list was read and before they were looked at. Their children are orphans by now, and
    /// are not in this list.
    /// </summary>
    IReadOnlyList<int> Vanished { get; }

    /// <summary>The list, at most this old.</summary>
    /// <param name="maxAge">Zero: the list is read now.</param>
    /// <returns>Null: the kernel does not list children.</returns>
    IReadOnlyList<Orphan>? Read(TimeSpan maxAge);
}

/// <summary>One orphan, as it was when it was last read.</summary>
internal sealed class Orphan(ProcFiles files, ProcStat stat)
{
    ulong mark = RunMark.None;

    public ProcStat Stat { get; private set; } = stat;

    /// <summary>When <see cref="Stat"/> was read (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long ReadAt { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>
    /// The mark of the run it descends from; <see cref="RunMark.None"/>: none. A mark stays with a process, unless it
    /// changes its own limits; so one that was seen once still counts, and one that was not there is looked for again.
    /// </summary>
    public ulong Mark => mark != RunMark.None ? mark : mark = files.ReadRunMark(Stat.Pid);

    public void Renew(ProcStat now) => (Stat, ReadAt) = (now, Stopwatch.GetTimestamp());

    /// <summary>What it is like now. False: it has ended, or its pid belongs to another process.</summary>
    public bool TryReadNow(out ProcStat now) =>
        ProcFiles.TryReadStat(Stat.Pid, out now) && now.IsLiving && now.StartTicks == Stat.StartTicks;
}
