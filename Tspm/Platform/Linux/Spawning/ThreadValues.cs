using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The values that each Linux thread has for itself, and that a child inherits from the thread that starts it: nice
/// value, I/O priority, processors, and, after unshare(CLONE_FS), the umask. A child gets its values from a thread that
/// has them for the moment of the spawn, so that neither the child nor the rest of this process ever sees wrong ones.
/// </summary>
internal static unsafe class ThreadValues
{
    [ThreadStatic]
    static bool s_hasOwnUmask;

    /// <summary>All processors that this process may use; null before they were read.</summary>
    static ulong[]? s_allCpus;

    static int? s_lowestNice;

    /// <summary>The earlier values of a thread.</summary>
    public struct Former
    {
        public uint Umask;
        public int Nice, IoPriority;
        public ulong[]? Cpus;
    }

    /// <summary>
    /// Whether this thread can take this nice value and then restore its own: lowering a nice value needs a privilege
    /// (man 2 setpriority).
    /// </summary>
    public static bool CanBorrow(int nice)
    {
        var own = SysResource.getpriority(SysResource.PRIO_PROCESS, 0);
        return nice <= own || LowestNice <= own;
    }

    /// <summary>Sets the values that differ, as far as permitted, and returns the earlier ones.</summary>
    public static Former Set(BirthSettings wanted, bool withNice = true)
    {
        // Fails only in a sandbox that forbids it. Then all threads have the umask for some microseconds, which is
        // harmless, because this process creates files with modes that no umask can widen.
        if (!s_hasOwnUmask) s_hasOwnUmask = Sched.unshare(Sched.CLONE_FS) == 0;
        var former = new Former
        {
            Umask = SysStat.umask(wanted.Umask),
            Nice = SysResource.getpriority(SysResource.PRIO_PROCESS, 0),
            IoPriority = Math.Max(0, SysSyscall.ioprio_get(0)),
            Cpus = SetCpus(wanted.Cpus ?? AllCpus()),
        };
        if (withNice && former.Nice != wanted.Nice)
            _ = SysResource.setpriority(SysResource.PRIO_PROCESS, 0, wanted.Nice);
        if (IsOther(former.IoPriority, wanted.IoPriority, former.Nice))
            _ = SysSyscall.ioprio_set_value(wanted.IoPriority);
        else former.IoPriority = -1;
        return former;
    }

    public static void Restore(BirthSettings set, in Former former)
    {
        _ = SysStat.umask(former.Umask);
        if (former.Nice != set.Nice) _ = SysResource.setpriority(SysResource.PRIO_PROCESS, 0, former.Nice);
        if (former.IoPriority >= 0)
            _ = SysSyscall.ioprio_set_value(Tspm.Model.Config.IoPriority.Format(former.IoPriority, former.Nice) is null
                ? 0
                : former.IoPriority);
        if (former.Cpus is { } cpus) SetMask(cpus);
    }

    /// <summary>
    /// Sets the processors of this thread, and returns the earlier ones; null if they are the same or were not changed.
    /// </summary>
    public static ulong[]? SetCpus(ulong[] wanted)
    {
        var own = ReadCpus(0);
        if (own is null || own.AsSpan().SequenceEqual(wanted)) return null;
        return SetMask(wanted) ? own : null;
    }

    /// <summary>Reads the processors of a process; null if they cannot be read.</summary>
    public static ulong[]? ReadCpus(int pid)
    {
        var mask = new ulong[Tspm.Text.CpuList.Words];
        fixed (ulong* raw = mask)
            return Sched.sched_getaffinity(pid, Tspm.Text.CpuList.Words * sizeof(ulong), raw) == 0 ? mask : null;
    }

    /// <summary>
    /// Returns the processors that a thread gets if it requests all. The calling thread keeps its own afterwards.
    /// </summary>
    public static ulong[] AllCpus()
    {
        if (s_allCpus is { } known) return known;
        var every = new ulong[Tspm.Text.CpuList.Words];
        Array.Fill(every, ulong.MaxValue);
        var own = ReadCpus(0);
        if (own is null || !SetMask(every)) return own ?? every;
        var all = ReadCpus(0) ?? own;
        _ = SetMask(own);
        return s_allCpus = all;
    }

    /// <summary>
    /// The lowest nice value that a thread of this process may have. It is found by trying, on a separate thread,
    /// because a capability does not count in a user namespace.
    /// </summary>
    public static int LowestNice
    {
        get
        {
            if (s_lowestNice is { } known) return known;
            var found = SysResource.getpriority(SysResource.PRIO_PROCESS, 0);
            try
            {
                var thread = new Thread(() => found = TryLowest(found), maxStackSize: 256 * 1024)
                {
                    IsBackground = true,
                };
                thread.Start();
                thread.Join();
            }
            catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
            {
                return found; // No thread can be created now; the next call tries again.
            }
            s_lowestNice = found;
            return found;
        }
    }

    static int TryLowest(int own)
    {
        const int lowest = -20;
        if (SysResource.setpriority(SysResource.PRIO_PROCESS, 0, lowest) == 0) return lowest;
        ResourceLimit limit;
        if (SysResource.getrlimit(SysResource.RLIMIT_NICE, &limit) != 0) return own;
        return Math.Min(own, 20 - (int)Math.Min(limit.rlim_cur, 40));
    }

    static bool SetMask(ulong[] mask)
    {
        fixed (ulong* raw = mask) return Sched.sched_setaffinity(0, Tspm.Text.CpuList.Words * sizeof(ulong), raw) == 0;
    }

    static bool IsOther(int own, int wanted, int nice) =>
        Tspm.Model.Config.IoPriority.Format(own, nice) is null ? wanted != 0 : own != wanted;
}
