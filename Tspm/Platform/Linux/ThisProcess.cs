using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux;

/// <summary>The name of this process, and its relation to its parent.</summary>
internal static class ThisProcess
{
    /// <summary>
    /// Sets the name of the calling thread, of which the kernel keeps 15 bytes (man 2 PR_SET_NAME). The name of the
    /// main thread is the name of the process that ps shows.
    /// </summary>
    public static void SetName(ReadOnlySpan<byte> nullTerminatedName) => _ = SysPrctl.SetName(nullTerminatedName);

    /// <summary>The parent, or the process that has adopted this one since the parent ended (man 2 getppid).</summary>
    public static int ParentPid => Unistd.getppid();

    /// <summary>
    /// Makes the kernel kill this process with SIGKILL when the thread that started it ends (man 2 PR_SET_PDEATHSIG).
    /// </summary>
    /// <returns>False if the expected parent is gone already, so that no signal will be sent.</returns>
    public static bool DieWith(int parent)
    {
        _ = SysPrctl.prctl(SysPrctl.PR_SET_PDEATHSIG, Signals.SIGKILL);
        // The signal is sent when the parent dies. If it died before the call, nothing is sent.
        return Unistd.getppid() == parent;
    }

    /// <summary>
    /// Stops this process until it gets SIGCONT, as Ctrl-Z does by default. Returns at once if nobody could continue
    /// it: the kernel does not stop an orphaned process group, such as that of a command of ssh -t.
    /// </summary>
    public static unsafe void Suspend()
    {
        SignalAction former, standard = default;
        if (SysSignal.sigaction(Signals.SIGTSTP, &standard, &former) != 0) return;
        _ = SysSignal.raise(Signals.SIGTSTP);
        _ = SysSignal.sigaction(Signals.SIGTSTP, &former, null);
    }
}
