using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The end of a child that was started for a moment and has nobody else who reaps it (a client's node or ssh, a tool, a
/// child whose set-up failed).
/// </summary>
internal static unsafe class ChildEnd
{
    /// <summary>Blocks until it has ended, and reaps it (man 2 wait4).</summary>
    public static ExitStatus Wait(int pid)
    {
        var status = 0;
        while (SysWait.wait4(pid, &status, 0, null) < 0 && Errno.Last == Errno.EINTR)
        {
        }
        return ExitStatus.FromWaitStatus(status);
    }

    /// <summary>With SIGKILL; it is still to be waited for.</summary>
    public static void Force(int pid) => _ = SysSignal.kill(pid, Signals.SIGKILL);

    /// <summary>The same for the group that it leads.</summary>
    public static void ForceGroup(int pid) => _ = SysSignal.kill(-pid, Signals.SIGKILL);
}
