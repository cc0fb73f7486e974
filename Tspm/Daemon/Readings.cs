using Tspm.Platform;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>CPU and memory of one tree at one moment.</summary>
internal sealed record Reading(double? CpuPercent, long? MemoryBytes);

/// <summary>
/// CPU and memory of process trees, measured only on request. A reading is at most 2 s old. One request measures for at
/// most 20 ms; processes that did not fit in keep their last reading, or have none.
/// </summary>
internal sealed class Readings(IProcessSystem system)
{
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);
    static readonly TimeSpan ReadingBudget = TimeSpan.FromMilliseconds(20);

    readonly Lock _gate = new();
    readonly Dictionary<TreeKey, Entry> _entries = [];

    /// <summary>
    /// Returns the readings of these instances, in the same order; null where no child runs or nothing was measured
    /// yet.
    /// </summary>
    public IReadOnlyList<Reading?> Of(IReadOnlyList<ProcessView> views, Func<TimeSpan> monotonic)
    {
        var results = new Reading?[views.Count];
        lock (_gate)
        {
            var deadline = monotonic() + ReadingBudget;
            for (var i = 0; i < results.Length; i++)
                if (views[i].Pid is { } pid) results[i] = OfOne(pid, views[i], monotonic, deadline);
            if (_entries.Count > 2 * views.Count + 16) Forget(views);
        }
        return results;
    }

    /// <summary>Returns the processes of a tree that are alive now.</summary>
    public IReadOnlyList<ProcessSample> Tree(int pid) => system.ReadTree(pid);

    /// <summary>
    /// Returns the CPU usage of one process as of the last reading of its tree; null if it was not read yet.
    /// </summary>
    public double? CpuOf(ProcessView view, ProcessSample process)
    {
        lock (_gate)
        {
            var root = new TreeKey(view.Pid ?? 0, view.StartTicks);
            return _entries.TryGetValue(root, out var entry) ? entry.Find(process)?.Percent : null;
        }
    }

    /// <summary>
    /// Returns the total memory of single processes, without their trees, in bytes; null if none could be read.
    /// </summary>
    public long? MemoryOf(params ReadOnlySpan<int> pids)
    {
        long? sum = null;
        foreach (var pid in pids)
            if (system.ReadMemory(pid) is { } bytes) sum = (sum ?? 0) + bytes;
        return sum;
    }

    Reading? OfOne(int pid, ProcessView view, Func<TimeSpan> monotonic, TimeSpan deadline)
    {
        var key = new TreeKey(pid, view.StartTicks);
        var now = monotonic();
        if (_entries.TryGetValue(key, out var last) && now - last.At < FreshFor) return last.Reading;
        if (now > deadline) return last?.Reading;
        var tree = system.ReadTree(pid);
        var (cpu, memory) = Sum(tree);
        // The first reading covers the time since the child started.
        var (since, before) = last is null ? (view.State.StartedAtMonotonic, TimeSpan.Zero) : (last.At, last.Cpu);
        var span = now - since;
        var members = new Member[tree.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var own = tree[i];
            var earlier = last is null ? TimeSpan.Zero : last.Find(own)?.Cpu ?? TimeSpan.Zero;
            members[i] = new Member(own.Pid, own.StartTicks, own.CpuTime, Percent(own.CpuTime - earlier, span));
        }
        var entry = new Entry(now, cpu, new Reading(Percent(cpu - before, span), memory), members);
        _entries[key] = entry;
        return entry.Reading;
    }

    static double? Percent(TimeSpan cpu, TimeSpan span) =>
        span > TimeSpan.Zero && cpu >= TimeSpan.Zero ? Math.Round(cpu / span * 100, 1) : null;

    static (TimeSpan Cpu, long? Memory) Sum(IReadOnlyList<ProcessSample> tree)
    {
        var cpu = TimeSpan.Zero;
        long? memory = null;
        foreach (var member in tree)
        {
            cpu += member.CpuTime;
            if (member.MemoryBytes is { } bytes) memory = (memory ?? 0) + bytes;
        }
        return (cpu, memory);
    }

    void Forget(IReadOnlyList<ProcessView> views)
    {
        var living = new HashSet<TreeKey>();
        foreach (var view in views)
            if (view.Pid is { } pid) living.Add(new TreeKey(pid, view.StartTicks));
        foreach (var key in new List<TreeKey>(_entries.Keys))
            if (!living.Contains(key)) _entries.Remove(key);
    }

    /// <summary>The main process of a tree.</summary>
    sealed record TreeKey(int Pid, long StartTicks);

    /// <summary>One process of a tree. The percentages of all are about that of the tree.</summary>
    readonly record struct Member(int Pid, long StartTicks, TimeSpan Cpu, double? Percent);

    sealed record Entry(TimeSpan At, TimeSpan Cpu, Reading Reading, Member[] Members)
    {
        public Member? Find(ProcessSample process)
        {
            foreach (var member in Members)
                if (member.Pid == process.Pid && member.StartTicks == process.StartTicks) return member;
            return null;
        }
    }
}
