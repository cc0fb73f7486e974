using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Tree;

/// <summary>What is known of a child from its first moment.</summary>
/// <param name="IsOwn">This daemon is the parent.</param>
/// <param name="IsNear">This daemon or its guardian is the parent, so that what the child orphans comes to the
/// guardian.</param>
internal readonly record struct ChildIdentity(int Pid, long StartTicks, bool IsOwn, bool IsNear);

/// <summary>
/// A child of this daemon, or one adopted from an earlier one. How its end is noticed depends on the kernel:
/// <see cref="PidfdChild"/>, or <see cref="PolledChild"/> where there are no pidfds.
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

    /// <summary>man 2 waitid for one child; null: it lives, or was reaped already (ECHILD).</summary>
    protected static ExitStatus? Wait(int kind, int id, int options)
    {
        var info = default(Siginfo);
        while (SysWait.waitid(kind, id, &info, options) != 0)
        {
            if (Errno.Last != Errno.EINTR) return null;
        }
        return info.si_pid == 0 ? null : ExitReadings.Of(info);
    }
}
