using System.Runtime.CompilerServices;
using Tspm.Libc;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Spawns a child that has its limits and its OOM score from its first instant, because a program may read its limits
/// right away. posix_spawn cannot set them, so the limits of this process are changed for the moment of the spawn, if
/// that is harmless (see <see cref="BirthSettings.NeedsSetUp"/>). If this process has more descriptors open than the
/// child may have, the child's descriptor limit is changed right after the exec instead.
/// </summary>
internal static unsafe class LimitedSpawn
{
    /// <summary>Descriptors that other threads may open while the limit is lowered for a moment.</summary>
    const ulong SpareDescriptors = 64;

    /// <summary>
    /// From this number of open descriptors on, a spawn is faster through <see cref="IsolatedTableSpawner"/>, although
    /// switching threads costs some ten microseconds.
    /// </summary>
    const ulong IsolateFrom = 256;

    /// <summary>
    /// Limits belong to the process: a concurrent spawn would take the changed limit for the original one and keep it.
    /// </summary>
    static readonly Lock Gate = new();

    static readonly IsolatedTableSpawner OnIsolatedTable = new();

    /// <summary>
    /// The limits that this process can have for a moment without harm, besides the limit of descriptors.
    /// </summary>
    static readonly int[] Harmless =
    [
        SysResource.RLIMIT_CORE, SysResource.RLIMIT_STACK, SysResource.RLIMIT_RSS, SysResource.RLIMIT_MEMLOCK,
        SysResource.RLIMIT_LOCKS, SysResource.RLIMIT_SIGPENDING, SysResource.RLIMIT_MSGQUEUE,
        SysResource.RLIMIT_NICE, SysResource.RLIMIT_RTPRIO,
    ];

    /// <summary>
    /// Makes the call on a suitable thread; afterwards <see cref="SpawnCall.Result"/> is set.
    /// </summary>
    /// <param name="call">The call; without settings for the set-up mode, which sets its limits itself.</param>
    /// <param name="limits">Soft limits by kernel number; null for the limit of this process.</param>
    /// <param name="oomScore">The OOM score; null for that of this process.</param>
    public static void Run(SpawnCall call, ulong?[] limits, int? oomScore)
    {
        lock (Gate)
        {
            // The score is changed in the same way: a child inherits it, and so do its own children.
            if (oomScore is { } score) _ = OomScore.Set(score);
            RunAlone(call, limits);
            if (oomScore is not null) _ = OomScore.Set(OomScore.OfSupervision);
        }
    }

    /// <summary>
    /// Whether a child can get this soft limit. This is found by trying, because even root may lack the privilege to
    /// raise a hard limit.
    /// </summary>
    public static bool CanHave(int resource, ulong soft)
    {
        lock (Gate)
        {
            ResourceLimit own;
            if (SysResource.getrlimit(resource, &own) != 0) return false;
            if (soft <= own.rlim_max) return true;
            var raised = own with { rlim_max = soft };
            if (SysResource.setrlimit(resource, &raised) != 0) return false;
            _ = SysResource.setrlimit(resource, &own);
            return true;
        }
    }

    static void RunAlone(SpawnCall call, ulong?[] limits)
    {
        var open = DescriptorReserve.Open;
        var files = limits[SysResource.RLIMIT_NOFILE];
        var isLate = files is { } soft && !(open + SpareDescriptors < soft);
        var swap = new LimitSwap();
        if (call.RunMark != RunMark.None && MayMark(call.RunMark)) swap.Set(SysResource.RLIMIT_RTTIME, call.RunMark);
        if (!isLate && files is { } wanted) swap.Set(SysResource.RLIMIT_NOFILE, wanted);
        if (call.Settings is not null)
            foreach (var resource in Harmless)
                if (limits[resource] is { } limit) swap.Set(resource, limit);
        if (call.Settings is { } settings && !ThreadValues.CanBorrow(settings.Nice)) call.RunOnce();
        // A runtime with a JIT compiler uses a descriptor for that on any thread, so it must see the common table.
        else if (call.Settings is null || open < IsolateFrom || RuntimeFeature.IsDynamicCodeSupported) call.Run();
        else OnIsolatedTable.Run(call);
        swap.Restore();
        if (isLate && call.Result.IsStarted) LimitFilesOf(call.Result.Pid, files!.Value);
    }

    /// <summary>Whether the hard limit allows the mark; a finite one does not.</summary>
    static bool MayMark(ulong runMark)
    {
        ResourceLimit own;
        return SysResource.getrlimit(SysResource.RLIMIT_RTTIME, &own) == 0 && runMark <= own.rlim_max;
    }

    static void LimitFilesOf(int child, ulong soft)
    {
        ResourceLimit own;
        _ = SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &own); // Cannot fail with a valid pointer.
        own.rlim_cur = Math.Min(soft, own.rlim_max);
        _ = SysResource.prlimit(child, SysResource.RLIMIT_NOFILE, &own, null); // Fails if the child has ended already.
    }
}
