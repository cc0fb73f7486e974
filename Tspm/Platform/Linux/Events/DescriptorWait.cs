using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>Waits for a descriptor, and blocks the calling thread meanwhile (man 2 poll).</summary>
internal static unsafe class DescriptorWait
{
    /// <summary>
    /// Waits until there is something to read, or the end of the stream is reached; false if the time is up.
    /// </summary>
    public static bool UntilReadable(int descriptor, int milliseconds)
    {
        var request = new PollFd { fd = descriptor, events = SysPoll.POLLIN };
        return SysPoll.poll(&request, 1, milliseconds) > 0;
    }

    /// <summary>
    /// Waits until there is something to read, but also returns when all readers of an output (a pipe, a socket) are
    /// gone.
    /// </summary>
    public static bool UntilReadable(int descriptor, int milliseconds, int output, out bool isUnread)
    {
        // No event needs to be requested: poll always reports that all readers are gone (man 2 poll, POLLERR).
        var requests = stackalloc[]
        {
            new PollFd { fd = descriptor, events = SysPoll.POLLIN }, new PollFd { fd = output },
        };
        _ = SysPoll.poll(requests, 2, milliseconds);
        isUnread = (requests[1].revents & (SysPoll.POLLERR | SysPoll.POLLHUP)) != 0;
        return requests[0].revents != 0;
    }

    /// <summary>Blocks the calling thread for this time.</summary>
    public static void Pause(TimeSpan time) => _ = UntilReadable(-1, (int)time.TotalMilliseconds);
}
