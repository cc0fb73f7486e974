using System.Runtime.CompilerServices;
using Tspm.Libc;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Spawns a child that has its limits and its OOM score from its first instant. A program may look at its limits first
/// of all, and posix_spawn cannot set them. So our own are changed for the moment of the spawn, as long as that cannot
/// hurt us (see <see cref="BirthSettings.NeedsSetUp"/>); with more descriptors open than the child may have, the
/// child's limit of them is changed right after the exec instead.
/// </summary>
internal static unsafe class LimitedSpawn
{
    /// <summary>Room left for what other threads open while the limit is lowered for a moment.</summary>
    const ulong SpareDescriptors = 64;

    /// <summary>
    /// From so many on a start is quicker by way of <see cref="BareSpawner"/> than from a thread that has them all:
    /// going there and back costs some ten microseconds.
    /// </summary>
    const ulong ManyDescriptors = 256;

    /// <summary>
    /// A limit is the process's: a second spawner would take the lowered one for the own one, and leave it behind.
    /// </summary>
    static readonly Lock Gate = new();

    static readonly BareSpawner Bare = new();

    /// <summary>
    /// The limits that this process can have for a moment without any harm, but for that of descriptors.
    /// </summary>
    static readonly int[] Harmless =
    [
        SysResource.RLIMIT_CORE, SysResource.RLIMIT_STACK, SysResource.RLIMIT_RSS, SysResource.RLIMIT_MEMLOCK,
        SysResource.RLIMIT_LOCKS, SysResource.RLIMIT_SIGPENDING, SysResource.RLIMIT_MSGQUEUE,
        SysResource.RLIMIT_NICE, SysResource.RLIMIT_RTPRIO,
    ];

    /// <summary>
    /// Makes the call, on whatever thread is right for it; afterwards <see cref="SpawnCall.Result"/> is set.
    /// </summary>
    /// <param name="call">With settings, or without them for the set-up mode, which sets its limits itself.</param>
    /// <param name="limits">Soft limits by kernel number; null: as this process has it.</param>
    /// <param name="oomScore">Null: that of this process.</param>
    public static void Run(SpawnCall call, ulong?[] limits, int? oomScore)
    {
        lock (Gate)
        {
            // Likewise the score: a child inherits it at its birth, and so do its own children from their first
            // instant.
            if (oomScore is { } score) _ = OomScore.Set(score);
            RunAlone(call, limits);
            if (oomScore is not null) _ = OomScore.Set(OomScore.OfSupervision);
        }
    }

    /// <summary>
    /// May a child have this soft limit? Found by trying: root may lack the privilege to raise a hard limit.
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
        // A runtime that compiles while it runs has a descriptor for that, on whatever thread it does it.
        else if (call.Settings is null || open < ManyDescriptors || RuntimeFeature.IsDynamicCodeSupported) call.Run();
        else Bare.Run(call);
        swap.Restore();
        if (isLate && call.Result.IsStarted) LimitFilesOf(call.Result.Pid, files!.Value);
    }

    /// <summary>False: a finite hard limit leaves no room for a mark.</summary>
    static bool MayMark(ulong runMark)
    {
        ResourceLimit own;
        return SysResource.getrlimit(SysResource.RLIMIT_RTTIME, &own) == 0 && runMark <= own.rlim_max;
    }

    static void LimitFilesOf(int child, ulong soft)
    {
        ResourceLimit own;
        _ = SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &own); // cannot fail with a good pointer
        own.rlim_cur = Math.Min(soft, own.rlim_max);
        _ = SysResource.prlimit(child, SysResource.RLIMIT_NOFILE, &own, null); // ended already: no matter
    }
}
