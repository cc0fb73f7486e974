using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>Finds out whether a descriptor is a terminal, and how wide it is.</summary>
internal static unsafe class TerminalDevice
{
    /// <summary>man 3 isatty.</summary>
    public static bool Is(int descriptor) => Unistd.isatty(descriptor) == 1;

    /// <summary>
    /// The number of columns; null if the descriptor is not a terminal, or the terminal does not report it (man 2
    /// ioctl_tty, TIOCGWINSZ).
    /// </summary>
    public static int? ColumnsOf(int descriptor)
    {
        WindowSize size = default;
        var isKnown = SysIoctl.ioctl(descriptor, SysIoctl.TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        return isKnown ? size.ws_col : null;
    }
}
