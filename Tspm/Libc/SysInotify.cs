using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// sys/inotify.h. <c>struct inotify_event</c> consists of wd, mask, cookie and len, followed by <c>len</c> bytes with a
/// name that is padded with NULs (man 7 inotify).
/// </summary>
internal static unsafe partial class SysInotify
{
    public const int IN_CLOEXEC = 0x80000, IN_NONBLOCK = 0x800;
    public const uint IN_ATTRIB = 4, IN_CLOSE_WRITE = 8, IN_MOVED_FROM = 0x40, IN_MOVED_TO = 0x80, IN_CREATE = 0x100,
        IN_DELETE = 0x200, IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800;
    public const uint IN_UNMOUNT = 0x2000, IN_Q_OVERFLOW = 0x4000, IN_IGNORED = 0x8000, IN_ONLYDIR = 0x1000000,
        IN_DONT_FOLLOW = 0x2000000, IN_EXCL_UNLINK = 0x4000000;
    public const uint IN_MASK_ADD = 0x20000000, IN_ISDIR = 0x40000000;

    /// <summary>offsetof(struct inotify_event, name).</summary>
    public const int NameOffset = 16;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int inotify_add_watch(int fd, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int inotify_rm_watch(int fd, int watch);

    /// <summary>Reads the event at <paramref name="at"/>.</summary>
    /// <returns>The size of the event with its name, in bytes.</returns>
    public static int EventAt(byte* at, out int watch, out uint mask, out ReadOnlySpan<byte> name)
    {
        watch = Unsafe.ReadUnaligned<int>(at);
        mask = Unsafe.ReadUnaligned<uint>(at + 4);
        var length = Unsafe.ReadUnaligned<int>(at + 12);
        name = length == 0 ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(at + NameOffset);
        return NameOffset + length;
    }
}
