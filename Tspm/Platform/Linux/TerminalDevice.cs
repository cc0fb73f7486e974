using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>Whether a descriptor is a terminal, and what that says of itself.</summary>
internal static unsafe class TerminalDevice
{
    /// <summary>man 3 isatty.</summary>
    public static bool Is(int descriptor) => Unistd.isatty(descriptor) == 1;

    /// <summary>The width of its window; null: it is no terminal, or does not know (man 2 ioctl_tty,
    /// TIOCGWINSZ).</summary>
    public static int? ColumnsOf(int descriptor)
    {
        WindowSize size = default;
        var isKnown = SysIoctl.ioctl(descriptor, SysIoctl.TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        return isKnown ? size.ws_col : null;
    }
}
