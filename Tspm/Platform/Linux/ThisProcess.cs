using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux;

/// <summary>This process as others see it, and its tie to the one that started it.</summary>
internal static class ThisProcess
{
    /// <summary>
    /// What ps shows of the calling thread; the first one's is the process's (man 2 PR_SET_NAME). At most 15 bytes are
    /// kept.
    /// </summary>
    public static void SetName(ReadOnlySpan<byte> nullTerminatedName) => _ = SysPrctl.SetName(nullTerminatedName);

    /// <summary>The parent, or who has adopted this process since that ended (man 2 getppid).</summary>
    public static int ParentPid => Unistd.getppid();

    /// <summary>
    /// From now on the kernel kills this process (SIGKILL) when the thread that started it has ended (man 2
    /// PR_SET_PDEATHSIG). False: the parent is already another one than it should be, and nothing will be sent.
    /// </summary>
    public static bool DieWith(int parent)
    {
        _ = SysPrctl.prctl(SysPrctl.PR_SET_PDEATHSIG, Signals.SIGKILL);
        // The signal is sent at the parent's death: one that is dead already sends nothing.
        return Unistd.getppid() == parent;
    }
}
