using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/xattr.h.</summary>
internal static unsafe partial class SysXattr
{
    /// <summary>man 2 getxattr: how long the value is; -1: there is none, or it may not be read.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint getxattr(string path, string name, void* value, nuint size);
}
