using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// Finds the processes that an ended child left behind. Orphans become children of the nearest subreaper, the guardian,
/// so its list of children shows them all, and a search that finds nothing reads only two small files. Children that
/// were adopted from an earlier daemon are in that list too; they are recognised by pid, or carry another mark. If the
/// guardian was missing (every tspm process had been killed), all of /proc is searched, and then session and process
/// group count as well as the mark.
/// </summary>
internal sealed class LeftoverFinder(
    ProcFiles files, int guardianPid, Func<int, LinuxChild?> childOf, IOrphans orphans)
{
    /// <summary>
    /// How old the list of orphans may be if leftovers were found before, so that concurrent searches share it.
    /// </summary>
    static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(5);

    /// <summary>Limits a search, which must terminate even if orphans end all the time.</summary>
    internal const int MostRounds = 16;

    readonly Subtrees _subtrees = new(files);
    readonly TreeMarks _marks = new(files);
    readonly int _ownPid = Unistd.getpid();

    /// <summary>
    /// Leftovers that were found and may still be alive. An exiting process releases its memory, and with it the
    /// environment that marks it, before its files and ports (kernel/exit.c: exit_mm comes first), and a living process
    /// may overwrite its environment. Both are remembered until they are gone.
    /// </summary>
    readonly Dictionary<OwnerKey, List<ProcStat>> _known = [];

    /// <summary>Orphans that were seen to have ended during this search.</summary>
    readonly HashSet<int> _ended = [];

    sealed record OwnerKey(int Pid, int Id, int Instance, string? Hook);

    /// <summary>See <see cref="IProcessSystem.FindLeftovers"/>.</summary>
    /// <param name="mark">How to recognise them.</param>
    /// <param name="others">Further members that the caller knows of, from the cgroup.</param>
    public List<Leftover>? Find(TreeMark mark, IReadOnlyList<int> others)
    {
        if (FindAll(mark, others, IsNumberOurs(mark)) is not { } found) return null;
        var leftovers = new List<Leftover>(found.Count);
        foreach (var stat in found)
        {
            var name = files.ReadName(stat.Pid);
            leftovers.Add(new Leftover(stat.Pid, stat.StartTicks, stat.ParentPid, stat.Group, stat.Session, name));
        }
        return leftovers;
    }

    /// <summary>See <see cref="IProcessSystem.KillLeftovers"/>.</summary>
    /// <param name="mark">How to recognise them.</param>
    /// <param name="others">Further members that the caller knows of, from the cgroup.</param>
    public int? Kill(TreeMark mark, IReadOnlyList<int> others)
    {
        var numberIsOurs = IsNumberOurs(mark);
        var found = FindAll(mark, others, numberIsOurs);
        // Usually fails with ESRCH, because nobody is left.
        if (numberIsOurs) _ = SysSignal.kill(-mark.Pid, Signals.SIGKILL);
        if (found is null) return null;
        foreach (var stat in found) _ = ProcessTree.Signal(stat.Pid, stat.StartTicks, Signals.SIGKILL);
        return found.Count;
    }

    /// <summary>
    /// Whether the child's pid still identifies its session and group. The kernel does not reuse a number while a
    /// member of its session or group is alive, so a living process with this pid means that no member is left.
    /// </summary>
    bool IsNumberOurs(TreeMark mark) =>
        childOf(mark.Pid) is not null && !(ProcFiles.TryReadStat(mark.Pid, out var now) && now.IsLiving);

    /// <returns>Null if orphans kept ending, so that it is not known whether anything is left.</returns>
    List<ProcStat>? FindAll(TreeMark mark, IReadOnlyList<int> others, bool numberIsOurs)
    {
        var owner = new OwnerKey(mark.Pid, mark.Id, mark.Instance, mark.Hook);
        // A shared list is not good enough for the first search, because the child has ended since and its orphans may
        // be missing; nor to conclude that nothing is left, because orphans may have ended and left their own children.
        if (_known.ContainsKey(owner))
        {
            var found = FindNow(owner, mark, others, numberIsOurs, SharedFor);
            if (found.Count > 0) return found;
        }
        // A process that ends during a search leaves its children to the guardian after the list was read. Only a
        // search in which no further process ended shows that nothing is left. Each round knows more of those that
        // ended, so the loop terminates.
        _ended.Clear();
        for (var round = 1; ; round++)
        {
            var before = _ended.Count;
            var found = FindNow(owner, mark, others, numberIsOurs, TimeSpan.Zero);
            if (found.Count > 0 || _ended.Count == before) return found;
            if (round == MostRounds) return null;
        }
    }

    List<ProcStat> FindNow(OwnerKey owner, TreeMark mark, IReadOnlyList<int> others, bool numberIsOurs, TimeSpan maxAge)
    {
        var found = new List<ProcStat>();
        var seen = new HashSet<int>();
        var isNear = childOf(mark.Pid) is { IsNear: true };
        if (!isNear || !CollectOrphans(mark, numberIsOurs, maxAge, found, seen))
            CollectFromAll(mark, numberIsOurs, found, seen);
        foreach (var pid in others)
        {
            if (ProcFiles.TryReadStat(pid, out var stat) && !NestedGuardian.IsOne(files, pid))
                _subtrees.Add(stat, found, seen, passNested: true);
        }
        AddKnown(owner, found, seen);
        Remember(owner, found, isOnlyRun: mark.OtherStartTicks is null);
        return found;
    }

    void Remember(OwnerKey owner, List<ProcStat> found, bool isOnlyRun)
    {
        if (found.Count == 0)
        {
            _known.Remove(owner);
            return;
        }
        // Leftovers of an earlier run of the same instance are forgotten, even if they were to be left running.
        if (isOnlyRun && !_known.ContainsKey(owner))
        {
            foreach (var other in _known.Keys)
                if (other with { Pid = owner.Pid } == owner) _known.Remove(other);
        }
        _known[owner] = found;
    }

    void AddKnown(OwnerKey owner, List<ProcStat> found, HashSet<int> seen)
    {
        foreach (var before in _known.GetValueOrDefault(owner) ?? [])
        {
            if (!ProcFiles.TryReadStat(before.Pid, out var now) || !now.IsLiving) continue;
            // A process that was found while it launched another Tspm has become the guardian of that one.
            if (now.StartTicks != before.StartTicks || NestedGuardian.IsOne(files, now.Pid)) continue;
            if (seen.Add(now.Pid)) found.Add(now);
        }
    }

    /// <summary>Searches the guardian's children; false if the kernel does not list them.</summary>
    bool CollectOrphans(TreeMark mark, bool numberIsOurs, TimeSpan maxAge, List<ProcStat> found, HashSet<int> seen)
    {
        if (orphans.Read(maxAge) is not { } all) return false;
        _ended.UnionWith(orphans.Vanished);
        foreach (var orphan in all)
        {
            var carried = mark.Run == RunMark.None ? RunMark.None : orphan.Mark;
            // Nothing more is read for the many orphans that carry the mark of another run.
            if (TreeMarks.ByRun(orphan.Stat, carried, mark) == false) continue;
            if (!orphan.TryReadNow(out var now))
            {
                _ended.Add(orphan.Stat.Pid);
                continue;
            }
            if (!_marks.Belongs(now, carried, mark, numberIsOurs) || NestedGuardian.IsOne(files, now.Pid)) continue;
            _subtrees.Add(now, found, seen, passNested: true);
        }
        return true;
    }

    /// <summary>
    /// Searches all processes. If the child was not watched by this daemon, its pid may have been reused since by the
    /// leader of another session, so the variables must match as well.
    /// </summary>
    void CollectFromAll(TreeMark mark, bool numberIsOurs, List<ProcStat> found, HashSet<int> seen)
    {
        var all = ReadAll();
        foreach (var stat in all)
        {
            if (stat.Pid == mark.Pid || !BelongsFarAway(stat, mark, numberIsOurs)) continue;
            if (!NestedGuardian.IsOne(files, stat.Pid) && seen.Add(stat.Pid)) found.Add(stat);
        }
        // Adds the descendants, generation by generation.
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var stat in all)
            {
                if (stat.ParentPid != found[i].Pid || seen.Contains(stat.Pid)) continue;
                if (NestedGuardian.IsOne(files, stat.Pid)) continue;
                seen.Add(stat.Pid);
                found.Add(stat);
            }
        }
    }

    bool BelongsFarAway(in ProcStat stat, TreeMark mark, bool numberIsOurs)
    {
        if (mark.Run != RunMark.None && TreeMarks.ByRun(stat, files.ReadRunMark(stat.Pid), mark) is { } decided)
            return decided;
        if (TreeMarks.IsOfGroup(stat, mark.Pid) && (numberIsOurs || _marks.HasEnvironment(stat.Pid, mark))) return true;
        return stat.ParentPid == guardianPid && childOf(stat.Pid) is null && _marks.HasVariables(stat.Pid, mark);
    }

    List<ProcStat> ReadAll()
    {
        var pids = new List<int>();
        ProcFiles.ReadAllPids(pids);
        var all = new List<ProcStat>(pids.Count);
        foreach (var pid in pids)
        {
            if (pid == _ownPid || pid == guardianPid) continue;
            if (ProcFiles.TryReadStat(pid, out var stat) && stat.IsLiving) all.Add(stat);
        }
        return all;
    }
}
