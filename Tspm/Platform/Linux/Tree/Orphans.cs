using Tspm.Libc;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The orphans of the guardian: its children except this daemon and the children that are supervised. When a thousand
/// wrappers are stopped together, each searches for its leftovers many times among a thousand orphans, so readings of
/// an orphan are kept, and concurrent searches share the list. One instance serves one thread.
/// </summary>
internal sealed class Orphans(ProcFiles files, int guardianPid, Func<int, LinuxChild?> childOf) : IOrphans
{
    /// <summary>
    /// How long an orphan is assumed to be the same process without reading it again. The kernel assigns pids in a
    /// cycle, usually of 32,768 or more, and no machine starts that many processes in this time. If the cycle is
    /// shorter (man 5 proc, pid_max), each orphan is read every time.
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

    /// <returns>Null if the process has ended meanwhile.</returns>
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

/// <summary>The orphans of the guardian, see <see cref="Orphans"/>.</summary>
internal interface IOrphans
{
    /// <summary>
    /// The orphans that ended after the list was read, but before they were read themselves. Their children are orphans
    /// by now, but are not in this list.
    /// </summary>
    IReadOnlyList<int> Vanished { get; }

    /// <summary>Returns the list.</summary>
    /// <param name="maxAge">How old the list may be; zero to read it now.</param>
    /// <returns>Null if the kernel does not list children.</returns>
    IReadOnlyList<Orphan>? Read(TimeSpan maxAge);
}

/// <summary>One orphan, as of its last reading.</summary>
internal sealed class Orphan(ProcFiles files, ProcStat stat)
{
    ulong _mark = RunMark.None;

    public ProcStat Stat { get; private set; } = stat;

    /// <summary>When <see cref="Stat"/> was read (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long ReadAt { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>
    /// The mark of the run that the orphan descends from; <see cref="RunMark.None"/> if it has none. A process keeps
    /// its mark unless it changes its own limits, so a mark that was seen once still counts, and a missing one is read
    /// again.
    /// </summary>
    public ulong Mark => _mark != RunMark.None ? _mark : _mark = files.ReadRunMark(Stat.Pid);

    public void Renew(ProcStat now) => (Stat, ReadAt) = (now, Stopwatch.GetTimestamp());

    /// <summary>Reads the process again; false if it has ended, or its pid belongs to another process.</summary>
    public bool TryReadNow(out ProcStat now) =>
        ProcFiles.TryReadStat(Stat.Pid, out now) && now.IsLiving && now.StartTicks == Stat.StartTicks;
}
