using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>
/// What the guardian inherited from whoever happened to start it, undone as far as it may be: it outlives that shell
/// and serves all others. Everything below it inherits the rest, and the daemon gives each
/// child the values of the shell that defined it (<see cref="LaunchContext"/>). What cannot be undone is found by the
/// daemon itself, and told as a trouble.
/// </summary>
internal static unsafe class OwnSurroundings
{
    const uint OwnerOnly = 0x3F; // 077

    /// <summary>The soft limits as they are now: what children get by default. To be asked before <see
    /// cref="Normalize"/>.</summary>
    /// <param name="openFiles">The descriptor limit when it has been raised already; 0: it has not.</param>
    public static string Limits(long openFiles)
    {
        var limits = OwnLaunch.ReadLimits();
        if (openFiles > 0) limits[SysResource.RLIMIT_NOFILE] = (ulong)openFiles;
        return SoftLimits.Format(limits);
    }

    /// <summary>What a version of this guardian had that gave all of it to its programs; null: none did.</summary>
    static Former? s_former;

    sealed record Former(uint Umask, int Nice, int IoPriority, ulong[]? Cpus, ulong?[] Limits);

    /// <summary>Before <see cref="Normalize"/>, when the version until now did not do that: it may come back, and its
    /// programs inherit what it has.</summary>
    public static void Remember()
    {
        var mask = SysStat.umask(OwnerOnly);
        s_former = new Former(
            mask, SysResource.getpriority(SysResource.PRIO_PROCESS, 0), SysSyscall.ioprio_get(0),
                ThreadValues.ReadCpus(0),
            OwnLaunch.ReadLimits());
    }

    /// <summary>Before that version is executed again.</summary>
    public static void GiveBack()
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

    /// <summary>Also of a guardian that another version was until now. Nothing here can fail in a way that matters:
    /// what may not be is left as it is.</summary>
    public static void Normalize()
    {
        _ = SysStat.umask(OwnerOnly);
        // Ignored stays ignored over an exec, so it is for the daemon as well; children get the default back. A write
        // beyond the limit is then refused (EFBIG), like one to a full disk.
        _ = SysSignal.signal(Signals.SIGXFSZ, SysSignal.SIG_IGN);
        RaiseLimits();
        // A service manager's unit says Nice=, CPUAffinity= and so on because somebody wants them so.
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
            // What the machine's first process has is what nobody has lowered.
            var wanted = own with { rlim_max = Math.Max(own.rlim_max, usual?[resource] ?? own.rlim_max) };
            wanted.rlim_cur = wanted.rlim_max;
            if (SysResource.setrlimit(resource, &wanted) == 0) continue;
            own.rlim_cur = own.rlim_max;
            _ = SysResource.setrlimit(resource, &own);
        }
    }
}
