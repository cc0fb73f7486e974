using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>
/// Watches that epoll has refused for now (ENOMEM; ENOSPC: fs.epoll.max_user_watches, man 2 epoll_ctl). Nothing is lost
/// by that: until epoll takes them, the loop asks poll(2) about them ten times a second, and offers them to epoll again
/// each time. So a refusal delays, and whoever watches a descriptor need not know. Under the loop's lock, except for
/// <see cref="Ready"/>.
/// </summary>
internal sealed unsafe class RefusedWatches
{
    const int LookEveryMs = 100;

    readonly Dictionary<int, (uint Events, ulong Data)> _byDescriptor = [];
    long _nextLook;
    int _errno;
    volatile int _count;

    /// <summary>Does this error mean that there is no room just now?</summary>
    public static bool IsRefusal(int errno) => errno is Errno.ENOMEM or Errno.ENOSPC;

    /// <summary>How many there are; from any thread.</summary>
    public int Count => _count;

    /// <summary>A sentence while there are some; null: epoll watches everything. From any thread.</summary>
    public string? Trouble => _count == 0 ? null
        : $"the system refuses to watch {_count} descriptors ({Errno.Describe(_errno)}); they are looked at ten times "
            + "a second. Raise the limit (sysctl -w fs.epoll.max_user_watches=NUMBER), or free memory";

    public void Add(int fd, uint events, ulong data, int errno)
    {
        if (_count == 0) _nextLook = Environment.TickCount64 + LookEveryMs;
        _errno = errno;
        _byDescriptor[fd] = (events, data);
        _count = _byDescriptor.Count;
    }

    public void Remove(int fd)
    {
        if (_byDescriptor.Remove(fd)) _count = _byDescriptor.Count;
    }

    /// <summary>The shorter of a loop's own wait and the time until the next look; -1: any time.</summary>
    public int Limit(int timeout)
    {
        if (_count == 0) return timeout;
        var left = (int)Math.Clamp(_nextLook - Environment.TickCount64, 0, LookEveryMs);
        return timeout < 0 ? left : Math.Min(timeout, left);
    }

    /// <summary>All of them, when it is time to look; else none.</summary>
    public (int Fd, uint Events, ulong Data)[] TakeDue()
    {
        if (_count == 0 || Environment.TickCount64 < _nextLook) return [];
        _nextLook = Environment.TickCount64 + LookEveryMs;
        var due = new (int, uint, ulong)[_byDescriptor.Count];
        var next = 0;
        foreach (var (fd, (events, data)) in _byDescriptor) due[next++] = (fd, events, data);
        return due;
    }

    /// <summary>What poll(2) says of one: its events have the numbers of epoll's. 0: nothing.</summary>
    public static uint Ready(int fd, uint events)
    {
        var look = new PollFd { fd = fd, events = (short)events };
        return SysPoll.poll(&look, 1, 0) > 0 && (look.revents & SysPoll.POLLNVAL) == 0 ? (uint)look.revents : 0;
    }
}
