using Tspm.Libc;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Guardian;

/// <summary>A child of the guardian, or an orphan that came to it, which has ended and was reaped.</summary>
/// <param name="Pid">Free for another process from now on.</param>
/// <param name="WaitStatus">As wait4 reports it.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot; tells it from others with the same pid.</param>
/// <param name="LedSession">It led a session.</param>
internal readonly record struct EndedProcess(int Pid, int WaitStatus, long StartTicks, bool LedSession)
{
    /// <summary>The one place that reaps in the guardian.</summary>
    /// <returns>False: nobody has ended.</returns>
    public static unsafe bool TryReap(out EndedProcess ended)
    {
        ended = default;
        while (true)
        {
            // Looked at first, reaped after: the start time is in /proc only until then.
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
