using Tspm.Libc;

namespace Tspm.Guardian.Contract;

/// <summary>
/// The limits that the guardian raises for itself and its daemon, as far as it may; the daemon reports those that
/// stayed low.
/// </summary>
internal static class RaisedLimits
{
    /// <summary>A low limit of these stops what a supervisor does; core, stack and what is locked in memory do not. The
    /// hard limit is raised as well where that is allowed.</summary>
    public static readonly int[] All =
    [
        SysResource.RLIMIT_FSIZE, SysResource.RLIMIT_DATA, SysResource.RLIMIT_AS, SysResource.RLIMIT_CPU,
        SysResource.RLIMIT_NPROC,
    ];
}
