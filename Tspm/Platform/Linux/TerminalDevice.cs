using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>Finds out whether a descriptor is a terminal, how large it is, and whose it is.</summary>
internal static unsafe class TerminalDevice
{
    /// <summary>man 3 isatty.</summary>
    public static bool Is(int descriptor) => Unistd.isatty(descriptor) == 1;

    /// <summary>
    /// The number of columns; null if the descriptor is not a terminal, or the terminal does not report it (man 2
    /// ioctl_tty, TIOCGWINSZ).
    /// </summary>
    public static int? ColumnsOf(int descriptor) => SizeOf(descriptor)?.Columns;

    /// <summary>The size in cells; null as for <see cref="ColumnsOf"/>.</summary>
    public static TerminalSize? SizeOf(int descriptor)
    {
        WindowSize size = default;
        var isKnown = SysIoctl.ioctl(descriptor, SysIoctl.TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        return isKnown ? new TerminalSize(size.ws_col, size.ws_row > 0 ? size.ws_row : TerminalSize.Usual.Rows) : null;
    }

    /// <summary>
    /// Whether this process may change the terminal. A process in the background is stopped if it tries. True too if
    /// the terminal is not the controlling one, which has no foreground (man 3 tcgetpgrp).
    /// </summary>
    public static bool IsInForeground(int descriptor)
    {
        var foreground = Unistd.tcgetpgrp(descriptor);
        return foreground < 0 || foreground == Unistd.getpgrp();
    }
}
