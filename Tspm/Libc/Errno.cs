using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// errno.h: the error numbers that the code compares with, and the C library's description of any number.
/// </summary>
internal static unsafe partial class Errno
{
    public const int EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, E2BIG = 7, ENOEXEC = 8, EBADF = 9,
        ECHILD = 10, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EBUSY = 16, EEXIST = 17, EXDEV = 18, ENODEV = 19,
        ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENFILE = 23, EMFILE = 24, ETXTBSY = 26, EFBIG = 27, ENOSPC = 28,
        EROFS = 30, EPIPE = 32, ERANGE = 34, ENAMETOOLONG = 36, ENOSYS = 38, ELOOP = 40, ENOTSOCK = 88,
        EAFNOSUPPORT = 97, EADDRINUSE = 98, ECONNRESET = 104, ENOTCONN = 107, ETIMEDOUT = 110, ECONNREFUSED = 111,
        EINPROGRESS = 115, EDQUOT = 122;

    /// <summary>Size of the message buffer, in bytes.</summary>
    const int MessageBytes = 256;

    /// <summary>The error number of the last call in this thread that was declared with SetLastError.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    // The XSI variant. C programs get the GNU one, which returns a pointer and has another symbol.
    [LibraryImport("libc")]
    private static partial int __xpg_strerror_r(int errno, byte* buffer, nuint length);

    /// <summary>
    /// The file size limit of this process, in brackets: few people think of it. Empty if there is none, because then
    /// the file system itself does not allow a larger file.
    /// </summary>
    static string FileSizeLimit()
    {
        ResourceLimit limit;
        return SysResource.getrlimit(SysResource.RLIMIT_FSIZE, &limit) == 0
            && limit.rlim_cur != SysResource.RLIM_INFINITY
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $" (the file size limit, ulimit -f, is {limit.rlim_cur} bytes)")
            : "";
    }

    /// <summary>The message for an error number, such as "No such file or directory" (man 3 strerror).</summary>
    public static string Describe(int errno)
    {
        var buffer = stackalloc byte[MessageBytes];
        *buffer = 0;
        // An unknown number fills the buffer too ("Unknown error 4711").
        _ = __xpg_strerror_r(errno, buffer, MessageBytes);
        return (Marshal.PtrToStringUTF8((nint)buffer) ?? "") + (errno == EFBIG ? FileSizeLimit() : "");
    }
}
