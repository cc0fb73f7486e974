using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>
/// Watches that epoll currently refuses (ENOMEM; ENOSPC: fs.epoll.max_user_watches, man 2 epoll_ctl). No event is lost:
/// until epoll accepts them, the loop checks them with poll(2) ten times a second, and offers them to epoll again each
/// time. A refusal therefore only delays events, and handlers need not know about it. All members except
/// <see cref="Ready"/> are called under the loop's lock, unless they say otherwise.
/// </summary>
internal sealed unsafe class RefusedWatches
{
    const int PollEveryMs = 100;

    readonly Dictionary<int, Refused> _byDescriptor = [];
    long _nextPoll;
    int _errno;
    volatile int _count;

    /// <summary>Whether this error means that the system has no resources for the watch at present.</summary>
    public static bool IsRefusal(int errno) => errno is Errno.ENOMEM or Errno.ENOSPC;

    /// <summary>The number of refused watches. Any thread may ask.</summary>
    public int Count => _count;

    /// <summary>A sentence while there are any; null if epoll watches everything. Any thread may ask.</summary>
    public string? Trouble => _count == 0 ? null
        : $"the system refuses to watch {_count} descriptors ({Errno.Describe(_errno)}); they are polled ten times "
            + "a second. Raise the limit (sysctl -w fs.epoll.max_user_watches=NUMBER), or free memory";

    public void Add(int fd, uint events, ulong data, int errno)
    {
        if (_count == 0) _nextPoll = Environment.TickCount64 + PollEveryMs;
        _errno = errno;
        _byDescriptor[fd] = new Refused(events, data);
        _count = _byDescriptor.Count;
    }

    public void Remove(int fd)
    {
        if (_byDescriptor.Remove(fd)) _count = _byDescriptor.Count;
    }

    /// <summary>
    /// Returns the shorter of the loop's own wait and the time until the next poll, in milliseconds; -1 for no limit.
    /// </summary>
    public int Limit(int timeout)
    {
        if (_count == 0) return timeout;
        var left = (int)Math.Clamp(_nextPoll - Environment.TickCount64, 0, PollEveryMs);
        return timeout < 0 ? left : Math.Min(timeout, left);
    }

    /// <summary>Returns all watches if a poll is due, and schedules the next poll; otherwise returns none.</summary>
    public (int Fd, uint Events, ulong Data)[] GetDue()
    {
        if (_count == 0 || Environment.TickCount64 < _nextPoll) return [];
        _nextPoll = Environment.TickCount64 + PollEveryMs;
        var due = new (int, uint, ulong)[_byDescriptor.Count];
        var next = 0;
        foreach (var (fd, (events, data)) in _byDescriptor) due[next++] = (fd, events, data);
        return due;
    }

    sealed record Refused(uint Events, ulong Data);

    /// <summary>
    /// Returns the pending events according to poll(2), whose numbers are those of epoll; 0 if there are none.
    /// </summary>
    public static uint Ready(int fd, uint events)
    {
        var poll = new PollFd { fd = fd, events = (short)events };
        return SysPoll.poll(&poll, 1, 0) > 0 && (poll.revents & SysPoll.POLLNVAL) == 0 ? (uint)poll.revents : 0;
    }
}
