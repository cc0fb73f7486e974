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
    static readonly TimeSpan TrustedFor = ProcFiles.ReadPidLimit() >= 32_768
        ? TimeSpan.FromMilliseconds(500)
        : TimeSpan.Zero;

    readonly int _ownPid = Unistd.getpid();
    readonly List<int> _pids = [];
    readonly List<Orphan> _orphans = [];
    Dictionary<int, Orphan> _known = [], _earlier = [];
    long _readAt;
    bool _isRead;

    public IReadOnlyList<int> Vanished => _vanished;

    readonly List<int> _vanished = [];

    public IReadOnlyList<Orphan>? Read(TimeSpan maxAge)
    {
        if (_isRead && Stopwatch.GetElapsedTime(_readAt) < maxAge) return _orphans;
        _isRead = false;
        _pids.Clear();
        if (!files.TryReadChildrenOfThread(guardianPid, guardianPid, _pids)) return null;
        (_isRead, _readAt) = (true, Stopwatch.GetTimestamp());
        (_known, _earlier) = (_earlier, _known);
        _known.Clear();
        _orphans.Clear();
        _vanished.Clear();
        foreach (var pid in _pids)
        {
            if (pid == _ownPid || childOf(pid) is not null) continue;
            if (Identify(pid) is not { } orphan)
            {
                _vanished.Add(pid);
                continue;
            }
            _known[pid] = orphan;
            _orphans.Add(orphan);
        }
        return _orphans;
    }

    /// <summary>Null: it has ended meanwhile.</summary>
    Orphan? Identify(int pid)
    {
        var before = _earlier.GetValueOrDefault(pid);
        if (before is not null && Stopwatch.GetElapsedTime(before.ReadAt) < TrustedFor) return before;
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
    ulong _mark = RunMark.None;

    public ProcStat Stat { get; private set; } = stat;

    /// <summary>When <see cref="Stat"/> was read (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long ReadAt { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>
    /// The mark of the run it descends from; <see cref="RunMark.None"/>: none. A mark stays with a process, unless it
    /// changes its own limits; so one that was seen once still counts, and one that was not there is looked for again.
    /// </summary>
    public ulong Mark => _mark != RunMark.None ? _mark : _mark = files.ReadRunMark(Stat.Pid);

    public void Renew(ProcStat now) => (Stat, ReadAt) = (now, Stopwatch.GetTimestamp());

    /// <summary>What it is like now. False: it has ended, or its pid belongs to another process.</summary>
    public bool TryReadNow(out ProcStat now) =>
        ProcFiles.TryReadStat(Stat.Pid, out now) && now.IsLiving && now.StartTicks == Stat.StartTicks;
}
