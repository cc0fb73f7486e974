using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Reads what a child of this process would inherit, with few system calls, because each millisecond counts in a
/// client.
/// </summary>
internal static unsafe class OwnLaunch
{
    public static LaunchContext Read()
    {
        // No system call only reads the umask (man 2 umask). Changing it is safe, because a client has one thread.
        var mask = SysStat.umask(LaunchContext.DefaultUmaskBits);
        _ = SysStat.umask(mask);
        return From(mask, Nice, ReadLimits(), ThreadValues.ReadCpus(0), SysSyscall.ioprio_get(0));
    }

    /// <summary>The nice value (man 2 getpriority).</summary>
    public static int Nice => SysResource.getpriority(SysResource.PRIO_PROCESS, 0);

    /// <summary>
    /// The hard limit of a resource, given by its kernel number (man 2 getrlimit); null if there is no such resource.
    /// </summary>
    public static ulong? HardLimitOf(int resource)
    {
        ResourceLimit own;
        return SysResource.getrlimit(resource, &own) == 0 ? own.rlim_max : null;
    }

    /// <summary>Reads the soft limits, by kernel number.</summary>
    public static ulong?[] ReadLimits()
    {
        var limits = new ulong?[SoftLimits.Names.Length];
        for (var resource = 0; resource < limits.Length; resource++)
        {
            ResourceLimit limit;
            if (SysResource.getrlimit(resource, &limit) == 0) limits[resource] = limit.rlim_cur;
        }
        return limits;
    }

    /// <summary>Creates a launch context from the kernel's numbers.</summary>
    public static LaunchContext From(uint umask, int nice, ulong?[] limits, ulong[]? cpus, int ioPriority) => new()
    {
        Umask = Convert.ToString((int)(umask & 0x1FF), 8).PadLeft(3, '0'),
        Nice = nice,
        Limits = SoftLimits.Format(limits),
        Cpus = cpus is null ? null : CpuList.Format(cpus),
        IoPriority = IoPriority.Format(Math.Max(0, ioPriority), nice),
    };
}
