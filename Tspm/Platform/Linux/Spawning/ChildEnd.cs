using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Ends and reaps short-lived children that nobody else reaps: a client's node or ssh, a tool, or a child whose set-up
/// failed.
/// </summary>
internal static unsafe class ChildEnd
{
    /// <summary>Blocks until the child has ended, and reaps it (man 2 wait4).</summary>
    public static ExitStatus Wait(int pid)
    {
        var status = 0;
        while (SysWait.wait4(pid, &status, 0, null) < 0 && Errno.Last == Errno.EINTR)
        {
        }
        return ExitStatus.FromWaitStatus(status);
    }

    /// <summary>Sends SIGKILL to the child, which still has to be reaped.</summary>
    public static void Force(int pid) => _ = SysSignal.kill(pid, Signals.SIGKILL);

    /// <summary>Sends SIGKILL to the process group that the child leads.</summary>
    public static void ForceGroup(int pid) => _ = SysSignal.kill(-pid, Signals.SIGKILL);
}
