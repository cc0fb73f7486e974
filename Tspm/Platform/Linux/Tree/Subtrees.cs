namespace Tspm.Platform.Linux.Tree;

/// <summary>Walks down from a process to everything that descends from it. One instance serves one thread.</summary>
internal sealed class Subtrees(ProcFiles files)
{
    readonly List<int> _children = [];

    /// <summary>Adds the living members of a tree, generation by generation.</summary>
    /// <param name="root">Its first member.</param>
    /// <param name="found">Where the living members go.</param>
    /// <param name="seen">The pids that are in it already.</param>
    /// <param name="passNested">Leaves out another Tspm that was started inside the tree, with all that it
    /// runs.</param>
    public void Add(ProcStat root, List<ProcStat> found, HashSet<int> seen, bool passNested = false)
    {
        if (!root.IsLiving || !seen.Add(root.Pid)) return;
        var next = found.Count;
        found.Add(root);
        for (; next < found.Count; next++)
        {
            _children.Clear();
            // One that has ended meanwhile has no list; its children are orphans by now, and are seen in the next
            // round.
            _ = files.TryReadChildren(found[next].Pid, found[next].Threads, _children);
            foreach (var pid in _children)
            {
                if (seen.Contains(pid) || !ProcFiles.TryReadStat(pid, out var stat) || !stat.IsLiving) continue;
                if (passNested && NestedGuardian.IsOne(files, pid)) continue;
                seen.Add(pid);
                found.Add(stat);
            }
        }
    }
}
