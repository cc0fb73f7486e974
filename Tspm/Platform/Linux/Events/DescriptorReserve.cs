using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Platform.Linux.Events;

/// <summary>
/// Descriptors that no child may use up: with none left, no connection could be accepted, and <c>list</c> and
/// <c>stop</c>, which would help, would not answer.
/// </summary>
internal static unsafe class DescriptorReserve
{
    const string DescriptorsOfSelf = "/proc/self/fd";

    /// <summary>For connections, log files and /proc; of a very small limit a quarter.</summary>
    const ulong Kept = 32;

    /// <summary>Two FIFOs, two log files, a pidfd, standard input.</summary>
    const ulong PerChild = 6;

    /// <summary>
    /// How many descriptors are open: the size of that folder since Linux 6.2; null: the kernel does not tell.
    /// </summary>
    public static ulong? Open =>
        SysStat.stat(DescriptorsOfSelf, out var status) == 0 && status.Size > 0 ? (ulong)status.Size : null;

    /// <summary>Why one more child would touch the reserve; null: it would not.</summary>
    public static SpawnFailure? Lack()
    {
        ResourceLimit limit;
        if (Open is not { } open || SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &limit) != 0) return null;
        if (open + PerChild + Math.Min(Kept, limit.rlim_cur / 4) <= limit.rlim_cur) return null;
        return new SpawnFailure(LinuxSpawner.PrepareStage, Errno.EMFILE,
            $"cannot run it: {open} of the daemon's {limit.rlim_cur} file descriptors are in use; raise its hard "
                + "limit (ulimit -Hn, LimitNOFILE= of a unit) and restart the daemon");
    }
}
