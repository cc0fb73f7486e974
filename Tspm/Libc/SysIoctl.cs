using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/ioctl.h.</summary>
internal static unsafe partial class SysIoctl
{
    /// <summary>man 2 ioctl_tty: the size of the terminal's window. The same number on x86-64 and arm64.</summary>
    public const uint TIOCGWINSZ = 0x5413;

    /// <summary>man 7 pipe: the number of unread bytes in a pipe. The same number on x86-64 and arm64.</summary>
    public const uint FIONREAD = 0x541B;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, int* value);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, WindowSize* size);
}

/// <summary><c>struct winsize</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WindowSize
{
    public ushort ws_row, ws_col, ws_xpixel, ws_ypixel;
}
