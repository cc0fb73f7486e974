using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>Identifies a child.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="StartTicks">The start time in clock ticks since boot.</param>
/// <param name="IsOwn">Whether this daemon is the parent.</param>
/// <param name="IsNear">
/// Whether this daemon or its guardian is the parent, so that orphans of the child become children of the guardian.
/// </param>
internal readonly record struct ChildIdentity(int Pid, long StartTicks, bool IsOwn, bool IsNear);

/// <summary>
/// A child of this daemon, or one adopted from an earlier daemon. How its end is noticed depends on the kernel: see
/// <see cref="PidfdChild"/>, and <see cref="PolledChild"/> for kernels without pidfds.
/// </summary>
internal abstract unsafe class LinuxChild(in ChildIdentity identity, Action<LinuxChild> forget) : IChild
{
    protected const int WithoutReaping =
        SysWait.WEXITED | SysWait.WNOWAIT | SysWait.WNOHANG, AndReap = SysWait.WEXITED | SysWait.WNOHANG;

    public int Pid { get; } = identity.Pid;

    public long StartTicks { get; } = identity.StartTicks;

    public bool IsOwn { get; } = identity.IsOwn;

    public bool IsNear { get; } = identity.IsNear;

    public abstract bool TellsExit { get; }

    protected bool IsDisposed { get; private set; }

    public abstract void OnExit(Action ended);

    public abstract ExitStatus? PeekExit();

    public abstract void Reap();

    public abstract bool Signal(int signal);

    public bool SignalGroup(int signal) => SysSignal.kill(-Pid, signal) == 0;

    public void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        Close();
        forget(this);
    }

    protected abstract void Close();

    /// <summary>man 2 waitid for one child; null if it is alive or was reaped already (ECHILD).</summary>
    protected static ExitStatus? Wait(int kind, int id, int options)
    {
        var info = default(Siginfo);
        while (SysWait.waitid(kind, id, &info, options) != 0)
        {
            if (Errno.Last != Errno.EINTR) return null;
        }
        return info.si_pid == 0 ? null : ExitReadings.From(info);
    }
}
