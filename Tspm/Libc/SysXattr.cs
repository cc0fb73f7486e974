using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/xattr.h.</summary>
internal static unsafe partial class SysXattr
{
    /// <summary>
    /// man 2 getxattr: the size of the value in bytes, or -1 if the attribute does not exist or may not be read.
    /// </summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint getxattr(string path, string name, void* value, nuint size);
}
