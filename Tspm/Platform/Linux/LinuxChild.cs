using Tspm.Model;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// A child behind a pidfd, which names this process and no later one with its number (man 2 pidfd_open, Linux 5.3). Own children are reaped here and
/// nowhere else; adopted ones are the guardian's.
/// </summary>
internal sealed unsafe class LinuxChild : IChild, IReadyHandler
{
    readonly EventLoop loop;
    readonly int pidfd;
    readonly Action<LinuxChild> forget;
    Action? whenEnded;
    bool disposed;

    /// <param name="forget">Called once, when this is disposed.</param>
    public LinuxChild(EventLoop loop, int pid, long startTicks, int pidfd, bool isOwn, bool isNear, Action<LinuxChild> forget)
    {
        this.loop = loop;
        this.pidfd = pidfd;
        this.forget = forget;
        Pid = pid;
        StartTicks = startTicks;
        IsOwn = isOwn;
        IsNear = isNear;
    }

    public int Pid { get; }

    public long StartTicks { get; }

    public bool IsOwn { get; }

    /// <summary>True when this daemon or its guardian is the parent, so that what the child orphans comes to the guardian.</summary>
    public bool IsNear { get; }

    /// <summary>True once the end was observed.</summary>
    public bool HasEnded { get; private set; }

    public void OnExit(Action ended)
    {
        whenEnded = ended;
        loop.Watch(pidfd, SysEpoll.EPOLLIN, this);
    }

    public ExitStatus? PeekExit()
    {
        if (disposed) return null;
        if (!IsOwn) return SysPidfd.ExitStatusOf(pidfd);
        return Wait(SysWait.WEXITED | SysWait.WNOWAIT | SysWait.WNOHANG);
    }

    public void Reap()
    {
        if (IsOwn && !disposed) _ = Wait(SysWait.WEXITED | SysWait.WNOHANG);
    }

    public bool Signal(int signal) => !disposed && SysSyscall.pidfd_send_signal(pidfd, signal) == 0;

    public bool SignalGroup(int signal) => SysSignal.kill(-Pid, signal) == 0;

    public bool TellsExit => !IsOwn && SysPidfd.TellsExitOfOthers;

    /// <summary>A pidfd is readable from the end on, and hung up from the reap on (Linux 6.9).</summary>
    void IReadyHandler.Ready(int fd, uint events)
    {
        HasEnded = true;
        if (TellsExit && (events & SysEpoll.EPOLLHUP) == 0)
        {
            loop.Watch(fd, OnlyHangUp, this);
            whenEnded?.Invoke();
            return;
        }
        loop.Unwatch(fd);
        Interlocked.Exchange(ref whenEnded, null)?.Invoke();
    }

    /// <summary>EPOLLHUP need not be asked for (man 2 epoll_ctl).</summary>
    const uint OnlyHangUp = 0;

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        loop.Unwatch(pidfd);
        _ = Unistd.close(pidfd);
        forget(this);
    }

    ExitStatus? Wait(int options)
    {
        var info = default(Siginfo);
        while (SysWait.waitid(SysWait.P_PIDFD, pidfd, &info, options) != 0)
        {
            if (Errno.Last != Errno.EINTR) return null; // ECHILD: reaped already
        }
        if (info.si_pid == 0) return null;
        HasEnded = true;
        return info.ToExitStatus();
    }
}
