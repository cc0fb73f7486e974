using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// fcntl.h. Everything else stands on this folder: one static class per C header, with functions and constants in their
/// C spelling, file descriptors as plain <c>int</c>s, results as the C function returns them, and the error number in
/// <see cref="Marshal.GetLastPInvokeError"/>. So the manual page is the documentation, and nothing is hidden. Only
/// functions of glibc 2.31 are bound; newer calls go through <see cref="SysSyscall"/>. Calls that create a descriptor
/// are made by <c>Platform/Linux/Descriptors</c>, which owns the result.
/// </summary>
internal static unsafe partial class Fcntl
{
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_ACCMODE = 3;
    public const int O_CREAT =
        0x40, O_EXCL = 0x80, O_NOCTTY = 0x100, O_TRUNC = 0x200, O_APPEND = 0x400, O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    public const int F_GETFD =
        1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ = 1032;
    public const int FD_CLOEXEC = 1;
    public const int AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200;

    public const uint SPLICE_F_MOVE = 1, SPLICE_F_NONBLOCK = 2, SPLICE_F_MORE = 4;

    // These three have different values on ARM (asm/fcntl.h in the kernel).
    static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    public static readonly int O_DIRECTORY = Arm ? 0x4000 : 0x10000;
    public static readonly int O_NOFOLLOW = Arm ? 0x8000 : 0x20000;
    public static readonly int O_DIRECT = Arm ? 0x10000 : 0x4000;

    /// <summary>man 2 open. <paramref name="mode"/> is used only with O_CREAT.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode = 0);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int open(byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int openat(int directory, string path, int flags, uint mode = 0);

    /// <summary>man 2 fcntl, for the commands that take an integer or no argument.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int fd, int command, long argument = 0);

    /// <summary>man 2 splice. A null offset means the current file position; a pipe requires it.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint splice(int fdIn, long* offIn, int fdOut, long* offOut, nuint length, uint flags);

    /// <summary>man 2 tee: copies from pipe to pipe without consuming.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint tee(int fdIn, int fdOut, nuint length, uint flags);
}
