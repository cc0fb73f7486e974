using System.Runtime.InteropServices;
using Tspm.Platform.Linux.Native;

namespace Tspm.Logs;

/// <summary>
/// One log file, open for writing at an explicit offset. Not O_APPEND: splice(2) refuses that (EINVAL). After a crash the offset is the file's size: bytes are in the
/// FIFO or in the file, never in between. Used by the pump's thread only.
/// </summary>
internal sealed class LogFile(string path, int descriptor)
{
    const int Mode = 0x180; // 0600

    public string Path { get; set; } = path;

    public int Descriptor { get; private set; } = descriptor;

    /// <summary>Where the next byte goes.</summary>
    public long Offset { get; set; } = SizeOf(descriptor);

    /// <summary>Streams that write here.</summary>
    public int Users { get; set; }

    /// <summary>Opens or makes the file; never waits (a FIFO without a reader is ENXIO). Below 0: the negative error number.</summary>
    public static int Open(string path)
    {
        var descriptor = Fcntl.open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_CLOEXEC | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK, Mode);
        return descriptor >= 0 ? descriptor : -Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// Takes notice of what others did to the file: truncated (the offset would leave a hole), appended to under another of its names (what they
    /// wrote would be overwritten), removed (nobody could ever read what is written).
    /// </summary>
    public void Refresh()
    {
        if (SysStat.fstat(Descriptor, out var status) != 0) return;
        if (status.Links == 0 && Open(Path) is >= 0 and var again)
        {
            Unistd.close(Descriptor);
            Descriptor = again;
            Offset = SizeOf(again);
        }
        else Offset = status.Size;
    }

    /// <summary>Empties the file.</summary>
    public void Truncate()
    {
        if (Unistd.ftruncate(Descriptor, 0) == 0) Offset = 0;
    }

    public void Close() => Unistd.close(Descriptor);

    static long SizeOf(int descriptor) => SysStat.fstat(descriptor, out var status) == 0 ? status.Size : 0;
}
