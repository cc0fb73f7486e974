using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>stdlib.h.</summary>
internal static unsafe partial class Stdlib
{
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8, EntryPoint = "realpath")]
    private static partial byte* realpath(string path, byte* into);

    /// <summary>The absolute path with all links, "." and ".." resolved (man 3 realpath).</summary>
    /// <returns>Null, with the error number set, if the path does not exist or cannot be resolved.</returns>
    public static string? realpath(string path)
    {
        var raw = realpath(path, null);
        if (raw == null) return null;
        var text = Marshal.PtrToStringUTF8((nint)raw);
        NativeMemory.Free(raw);
        return text;
    }
}
