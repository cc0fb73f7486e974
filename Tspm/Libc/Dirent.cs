using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>dirent.h, for directories whose entries are numbers: /proc, /proc/PID/fd, /proc/PID/task.</summary>
internal static unsafe partial class Dirent
{
    /// <summary>offsetof(struct dirent, d_name) on 64-bit systems.</summary>
    public const int NameOffset = 19;

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint opendir(byte* path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial byte* readdir(nint directory);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int closedir(nint directory);

    /// <summary>Adds every directory entry that is a number to <paramref name="numbers"/>.</summary>
    /// <returns>
    /// False, with the error number set, if the directory cannot be opened (in /proc: the process is gone).
    /// </returns>
    public static bool ReadNumbers(ReadOnlySpan<byte> nullTerminatedPath, List<int> numbers)
    {
        nint directory;
        fixed (byte* path = nullTerminatedPath) directory = opendir(path);
        if (directory == 0) return false;
        for (var entry = readdir(directory); entry != null; entry = readdir(directory))
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
            if (Utf8Parser.TryParse(name, out int number, out var used) && used == name.Length) numbers.Add(number);
        }
        _ = closedir(directory); // cannot fail: opendir returned this stream
        return true;
    }
}
