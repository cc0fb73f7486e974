using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// How a terminal treats what is typed (man 3 termios). A value, so that the original can be restored.
/// </summary>
internal readonly unsafe struct TerminalSettings
{
    readonly TerminalAttributes _attributes;

    TerminalSettings(TerminalAttributes attributes) => _attributes = attributes;

    /// <summary>Reads the settings of a terminal; null if the descriptor is not a terminal.</summary>
    public static TerminalSettings? Read(int descriptor)
    {
        TerminalAttributes attributes;
        return Termios.tcgetattr(descriptor, &attributes) == 0 ? new TerminalSettings(attributes) : null;
    }

    /// <summary>
    /// The settings under which each key arrives at once, without being echoed. Ctrl-C, Ctrl-Z and Ctrl-\ still send
    /// their signals, so that a program that hangs can be ended. Enter still arrives as a line feed: if this program is
    /// killed with SIGKILL, the shell has to understand the Enter after <c>reset</c>.
    /// </summary>
    public TerminalSettings ForKeys()
    {
        var attributes = _attributes;
        attributes.c_iflag &= ~(Termios.INLCR | Termios.IGNCR | Termios.IXON);
        attributes.c_lflag &= ~(Termios.ICANON | Termios.ECHO | Termios.IEXTEN);
        attributes.c_cc[Termios.VMIN] = 1;
        attributes.c_cc[Termios.VTIME] = 0;
        return new TerminalSettings(attributes);
    }

    /// <summary>Applies the settings at once; false if the terminal refuses, for example because it is gone.</summary>
    public bool Apply(int descriptor)
    {
        fixed (TerminalAttributes* attributes = &_attributes)
            return Termios.tcsetattr(descriptor, Termios.TCSANOW, attributes) == 0;
    }
}
