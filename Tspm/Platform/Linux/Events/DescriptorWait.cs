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

    /// <summary>
    /// Waits until one of several descriptors has something to read or has ended, until a signal arrives, or until the
    /// time is up. Negative descriptors are skipped.
    /// </summary>
    /// <returns>A bit for each descriptor that is ready; bit 0 is the first one.</returns>
    public static int UntilAnyReadable(ReadOnlySpan<int> descriptors, int milliseconds)
    {
        var requests = stackalloc PollFd[descriptors.Length];
        for (var i = 0; i < descriptors.Length; i++)
            requests[i] = new PollFd { fd = descriptors[i], events = SysPoll.POLLIN };
        var ready = 0;
        if (SysPoll.poll(requests, (nuint)descriptors.Length, milliseconds) <= 0) return ready;
        for (var i = 0; i < descriptors.Length; i++)
            if (requests[i].revents != 0) ready |= 1 << i;
        return ready;
    }

    /// <summary>Whether something can be written at once.</summary>
    public static bool IsWritable(int descriptor)
    {
        var request = new PollFd { fd = descriptor, events = SysPoll.POLLOUT };
        return SysPoll.poll(&request, 1, 0) > 0 && (request.revents & SysPoll.POLLOUT) != 0;
    }

    /// <summary>Blocks the calling thread for this time.</summary>
    public static void Pause(TimeSpan time) => _ = UntilReadable(-1, (int)time.TotalMilliseconds);
}
