using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Guardian;

/// <summary>A child of the guardian, or an orphan reparented to it, that has ended and was reaped.</summary>
/// <param name="Pid">Its pid, which the kernel may now reuse.</param>
/// <param name="WaitStatus">Its wait status (man 2 wait4).</param>
/// <param name="StartTicks">Its start time in clock ticks since boot, which distinguishes it from others with the same
/// pid.</param>
/// <param name="LedSession">Whether it was a session leader.</param>
internal readonly record struct EndedProcess(int Pid, int WaitStatus, long StartTicks, bool LedSession)
{
    /// <summary>Reaps one process without blocking. This is the only place in the guardian that reaps.</summary>
    /// <returns>False if no process has ended.</returns>
    public static unsafe bool TryReap(out EndedProcess ended)
    {
        ended = default;
        while (true)
        {
            // WNOWAIT leaves the process a zombie, because /proc shows its start time only until it is reaped.
            const int options = SysWait.WEXITED | SysWait.WNOHANG | SysWait.WNOWAIT;
            var info = default(Siginfo);
            if (SysWait.waitid(SysWait.P_ALL, 0, &info, options) != 0 || info.si_pid == 0) return false;
            var pid = info.si_pid;
            _ = ProcFiles.TryReadStat(pid, out var stat);
            int status;
            if (SysWait.wait4(pid, &status, 0, null) != pid) continue;
            ended = new EndedProcess(pid, status, stat.StartTicks, stat.Session == pid);
            return true;
        }
    }
}
