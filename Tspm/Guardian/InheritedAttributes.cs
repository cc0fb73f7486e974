using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>
/// Process attributes that the guardian inherited from its caller: umask, priorities, CPU affinity, limits. They are
/// reset as far as permitted, because the guardian outlives that caller and serves others. The daemon gives each child
/// the values of the shell that defined its process (<see cref="LaunchContext"/>), and reports attributes that could
/// not be reset.
/// </summary>
internal static unsafe class InheritedAttributes
{
    const uint OwnerOnly = 0x3F; // 077

    /// <summary>
    /// The present soft limits, which children get by default. Must be called before <see cref="Normalize"/>.
    /// </summary>
    /// <param name="openFiles">The original descriptor limit if it has already been raised, else 0.</param>
    public static string Limits(long openFiles)
    {
        var limits = OwnLaunch.ReadLimits();
        if (openFiles > 0) limits[SysResource.RLIMIT_NOFILE] = (ulong)openFiles;
        return SoftLimits.Format(limits);
    }

    /// <summary>The attributes at the time of <see cref="Remember"/>; null: it was not called.</summary>
    static Former? s_former;

    sealed record Former(uint Umask, int Nice, int IoPriority, ulong[]? Cpus, ulong?[] Limits);

    /// <summary>
    /// Saves the attributes before <see cref="Normalize"/>. Needed if the previous version did not normalize: after a
    /// rollback, its children must inherit the original values.
    /// </summary>
    public static void Remember()
    {
        var mask = SysStat.umask(OwnerOnly);
        s_former = new Former(
            mask, SysResource.getpriority(SysResource.PRIO_PROCESS, 0), SysSyscall.ioprio_get(0),
                ThreadValues.ReadCpus(0),
            OwnLaunch.ReadLimits());
    }

    /// <summary>Restores the saved attributes before the previous version is executed again.</summary>
    public static void Restore()
    {
        if (s_former is not { } former) return;
        _ = SysStat.umask(former.Umask);
        _ = SysSignal.signal(Signals.SIGXFSZ, SysSignal.SIG_DFL);
        _ = SysResource.setpriority(SysResource.PRIO_PROCESS, 0, former.Nice);
        if (former.IoPriority >= 0) _ = SysSyscall.ioprio_set_value(former.IoPriority);
        if (former.Cpus is { } cpus) _ = ThreadValues.SetCpus(cpus);
        CallerEnvironment.GiveBack();
        foreach (var resource in RaisedLimits.All)
        {
            ResourceLimit own;
            if (former.Limits[resource] is not { } soft || SysResource.getrlimit(resource, &own) != 0) continue;
            own.rlim_cur = Math.Min(soft, own.rlim_max);
            _ = SysResource.setrlimit(resource, &own);
        }
    }

    /// <summary>
    /// Resets the attributes, also after an upgrade from a version that did not. Errors are ignored: an attribute that
    /// cannot be changed keeps its value.
    /// </summary>
    public static void Normalize()
    {
        _ = SysStat.umask(OwnerOnly);
        // With SIGXFSZ ignored, a write beyond the file size limit fails with EFBIG, like a write to a full disk. The
        // daemon inherits this across the exec; children get the default back.
        _ = SysSignal.signal(Signals.SIGXFSZ, SysSignal.SIG_IGN);
        RaiseLimits();
        // Under a service manager, the values come from Nice=, CPUAffinity= and so on in the unit, and are intended.
        if (ServiceNotify.IsWanted) return;
        _ = SysResource.setpriority(SysResource.PRIO_PROCESS, 0, 0);
        _ = SysSyscall.ioprio_set_value(IoPriority.None);
        _ = ThreadValues.SetCpus(ThreadValues.AllCpus());
    }

    static void RaiseLimits()
    {
        var usual = PeerLaunch.ReadHardLimits(pid: 1);
        foreach (var resource in RaisedLimits.All)
        {
            ResourceLimit own;
            if (SysResource.getrlimit(resource, &own) != 0) continue;
            // The limits of pid 1 are those of the machine before any session lowered them.
            var wanted = own with { rlim_max = Math.Max(own.rlim_max, usual?[resource] ?? own.rlim_max) };
            wanted.rlim_cur = wanted.rlim_max;
            if (SysResource.setrlimit(resource, &wanted) == 0) continue;
            own.rlim_cur = own.rlim_max;
            _ = SysResource.setrlimit(resource, &own);
        }
    }
}
