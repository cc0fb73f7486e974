using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>Converts the kernel's reports of exits to an <see cref="ExitStatus"/>.</summary>
internal static class ExitReadings
{
    /// <summary>
    /// CLD_EXITED carries the exit code in si_status, CLD_KILLED and CLD_DUMPED the signal (man 2 waitid).
    /// </summary>
    public static ExitStatus From(in Siginfo info) => info.si_code switch
    {
        SysWait.CLD_EXITED => new ExitStatus(info.si_status, null),
        SysWait.CLD_KILLED or SysWait.CLD_DUMPED => new ExitStatus(null, info.si_status),
        _ => ExitStatus.Unknown,
    };

    /// <summary>
    /// The status of a process that is not a child of this one; null if not known, see
    /// <see cref="SysPidfd.WaitStatusOf"/>.
    /// </summary>
    public static ExitStatus? OfOther(int pidfd) =>
        SysPidfd.WaitStatusOf(pidfd) is { } status ? ExitStatus.FromWaitStatus(status) : null;
}
