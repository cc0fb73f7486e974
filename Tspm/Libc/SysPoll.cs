using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>poll.h.</summary>
internal static unsafe partial class SysPoll
{
    public const short POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 0x10, POLLNVAL = 0x20;

    /// <summary>man 2 poll. A timeout of -1 means none.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollFd* fds, nuint count, int timeoutMs);
}

/// <summary><c>struct pollfd</c>; a negative fd is skipped.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollFd
{
    public int fd;
    public short events;
    public short revents;
}
