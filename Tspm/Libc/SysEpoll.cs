using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// sys/epoll.h. <c>struct epoll_event</c> is packed (12 bytes) on x86-64 only and has 16 bytes elsewhere. So events are
/// kept in plain bytes, which the functions of this class read and write.
/// </summary>
internal static unsafe partial class SysEpoll
{
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3;
    public const uint EPOLLIN = 1, EPOLLPRI = 2, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 0x10, EPOLLRDHUP = 0x2000;
    public const uint EPOLLEXCLUSIVE = 1u << 28, EPOLLONESHOT = 1u << 30, EPOLLET = 1u << 31;

    static readonly bool Packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>sizeof(struct epoll_event).</summary>
    public static readonly int EventSize = Packed ? 12 : 16;

    /// <summary>offsetof(struct epoll_event, data).</summary>
    public static readonly int DataOffset = Packed ? 4 : 8;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, byte* epollEvent);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epoll, byte* events, int maxEvents, int timeoutMs);

    /// <summary>epoll_ctl for one descriptor, with 64 bits of user data.</summary>
    public static int Control(int epoll, int operation, int fd, uint events, ulong data)
    {
        var raw = stackalloc byte[16];
        Unsafe.WriteUnaligned(raw, events);
        Unsafe.WriteUnaligned(raw + DataOffset, data);
        return epoll_ctl(epoll, operation, fd, raw);
    }

    /// <summary>
    /// The events and the user data of entry number <paramref name="index"/> in a buffer that epoll_wait filled.
    /// </summary>
    public static uint EventsAt(byte* buffer, int index, out ulong data)
    {
        var raw = buffer + (index * EventSize);
        data = Unsafe.ReadUnaligned<ulong>(raw + DataOffset);
        return Unsafe.ReadUnaligned<uint>(raw);
    }
}
