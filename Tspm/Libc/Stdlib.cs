using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>stdlib.h.</summary>
internal static unsafe partial class Stdlib
{
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8, EntryPoint = "realpath")]
    private static partial byte* realpath(string path, byte* into);

    /// <summary>
    /// The path without links, "." and ".." (man 3 realpath); null with the error number set: there is no such thing.
    /// </summary>
    public static string? realpath(string path)
    {
        var raw = realpath(path, null);
        if (raw == null) return null;
        var text = Marshal.PtrToStringUTF8((nint)raw);
        NativeMemory.Free(raw);
        return text;
    }
}
