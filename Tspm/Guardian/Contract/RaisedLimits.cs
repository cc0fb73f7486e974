using Tspm.Libc;

namespace Tspm.Guardian.Contract;

/// <summary>
/// The resource limits that the guardian raises for itself and its daemon, as far as it is permitted; the daemon
/// reports those that stayed low.
/// </summary>
internal static class RaisedLimits
{
    /// <summary>
    /// Low values of these limits make a supervisor fail; those of core size, stack and locked memory do not. Where
    /// permitted, the hard limit is raised as well.
    /// </summary>
    public static readonly int[] All =
    [
        SysResource.RLIMIT_FSIZE, SysResource.RLIMIT_DATA, SysResource.RLIMIT_AS, SysResource.RLIMIT_CPU,
        SysResource.RLIMIT_NPROC,
    ];
}
