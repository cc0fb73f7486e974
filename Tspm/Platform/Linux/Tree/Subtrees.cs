namespace Tspm.Platform.Linux.Tree;

/// <summary>Finds all descendants of a process. One instance serves one thread.</summary>
internal sealed class Subtrees(ProcFiles files)
{
    readonly List<int> _children = [];

    /// <summary>Adds the living members of a tree, generation by generation.</summary>
    /// <param name="root">The root of the tree.</param>
    /// <param name="found">Receives the living members.</param>
    /// <param name="seen">The pids that have been added already.</param>
    /// <param name="passNested">Whether to leave out another Tspm inside the tree, with its processes.</param>
    public void Add(ProcStat root, List<ProcStat> found, HashSet<int> seen, bool passNested = false)
    {
        if (!root.IsLiving || !seen.Add(root.Pid)) return;
        var next = found.Count;
        found.Add(root);
        for (; next < found.Count; next++)
        {
            _children.Clear();
            // Fails if the process has ended meanwhile; its children are orphans by now, and the next round finds them.
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
