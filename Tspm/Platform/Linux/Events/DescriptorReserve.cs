using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Platform.Linux.Events;

/// <summary>
/// Keeps a reserve of descriptors that no child may use. Without any left, no connection could be accepted, and
/// <c>list</c> and <c>stop</c>, which would help, would not answer.
/// </summary>
internal static unsafe class DescriptorReserve
{
    const string DescriptorsOfSelf = "/proc/self/fd";

    /// <summary>The reserve for connections, log files and /proc; a quarter of the limit if that is very low.</summary>
    const ulong Kept = 32;

    /// <summary>A child takes two FIFOs, two log files, a pidfd and standard input.</summary>
    const ulong PerChild = 6;

    /// <summary>
    /// The number of open descriptors, which is the size of that folder since Linux 6.2; null if the kernel does not
    /// report it.
    /// </summary>
    public static ulong? Open =>
        SysStat.stat(DescriptorsOfSelf, out var status) == 0 && status.Size > 0 ? (ulong)status.Size : null;

    /// <summary>Why another child would use the reserve; null if it would not.</summary>
    public static SpawnFailure? Lack()
    {
        ResourceLimit limit;
        if (Open is not { } open || SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &limit) != 0) return null;
        if (open + PerChild + Math.Min(Kept, limit.rlim_cur / 4) <= limit.rlim_cur) return null;
        return new SpawnFailure(LinuxSpawner.PrepareStage, Errno.EMFILE,
            $"cannot start another program: {open} of the daemon's {limit.rlim_cur} file descriptors are in use; raise "
                + "its hard limit (ulimit -Hn, or LimitNOFILE= of the unit) and restart the daemon");
    }
}
