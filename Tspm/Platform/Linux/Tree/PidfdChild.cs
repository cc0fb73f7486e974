using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// A child with a pidfd, which refers to this process and never to a later one with the same pid (man 2 pidfd_open,
/// Linux 5.3). Own children are reaped only here; adopted children are reaped by the guardian.
/// </summary>
internal sealed unsafe class PidfdChild(EventLoop loop, Descriptor pidfd, in ChildIdentity identity,
    Action<LinuxChild> forget) : LinuxChild(identity, forget), IReadyHandler
{
    Action? _whenEnded;

    public override void OnExit(Action ended)
    {
        _whenEnded = ended;
        loop.Watch(pidfd.Number, SysEpoll.EPOLLIN, this);
    }

    public override ExitStatus? PeekExit()
    {
        if (IsDisposed) return null;
        return IsOwn
            ? Wait(SysWait.P_PIDFD, pidfd.Number, WithoutReaping)
            : ExitReadings.OfOther(pidfd.Number) ?? ProcFiles.ReadFailureOfZombie(Pid, StartTicks);
    }

    public override void Reap()
    {
        if (IsOwn && !IsDisposed) _ = Wait(SysWait.P_PIDFD, pidfd.Number, AndReap);
    }

    public override bool Signal(int signal) => !IsDisposed && SysSyscall.pidfd_send_signal(pidfd.Number, signal) == 0;

    public override bool TellsExit => !IsOwn && SysPidfd.ReportsExitOfOthers;

    /// <summary>
    /// A pidfd becomes readable when the process ends, and reports a hang-up once it is reaped (Linux 6.9).
    /// </summary>
    void IReadyHandler.Ready(int fd, uint events)
    {
        if (TellsExit && (events & SysEpoll.EPOLLHUP) == 0)
        {
            loop.Watch(fd, OnlyHangUp, this);
            _whenEnded?.Invoke();
            return;
        }
        loop.Unwatch(fd);
        Interlocked.Exchange(ref _whenEnded, null)?.Invoke();
    }

    /// <summary>No events: EPOLLHUP is always reported (man 2 epoll_ctl).</summary>
    const uint OnlyHangUp = 0;

    protected override void Close()
    {
        loop.Unwatch(pidfd.Number);
        pidfd.Dispose();
    }
}
