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

    /// <summary>Lets this time pass.</summary>
    public static void Pause(TimeSpan time) => _ = UntilReadable(-1, (int)time.TotalMilliseconds);
}
