using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>Waits of a thread that has nothing else to do (man 2 poll).</summary>
internal static unsafe class DescriptorWait
{
    /// <summary>True when there is something to read, the end of the stream included, within this time.</summary>
    public static bool UntilReadable(int descriptor, int milliseconds)
    {
        var request = new PollFd { fd = descriptor, events = SysPoll.POLLIN };
        return SysPoll.poll(&request, 1, milliseconds) > 0;
    }

    /// <summary>The same, and ends as well when all readers of an output (a pipe, a socket) are gone.</summary>
    public static bool UntilReadable(int descriptor, int milliseconds, int output, out bool isUnread)
    {
        // No event is asked for: that all readers are gone is told unasked (man 2 poll, POLLERR).
        var requests = stackalloc[]
        {
            new PollFd { fd = descriptor, events = SysPoll.POLLIN }, new PollFd { fd = output },
        };
        _ = SysPoll.poll(requests, 2, milliseconds);
        isUnread = (requests[1].revents & (SysPoll.POLLERR | SysPoll.POLLHUP)) != 0;
        return requests[0].revents != 0;
    }

    /// <summary>Lets this time pass.</summary>
    public static void Pause(TimeSpan time) => _ = UntilReadable(-1, (int)time.TotalMilliseconds);
}
