using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>termios.h. The numbers are the same on x86-64 and arm64.</summary>
internal static unsafe partial class Termios
{
    /// <summary>For <see cref="tcsetattr"/>: the change takes effect at once.</summary>
    public const int TCSANOW = 0;

    /// <summary>Flags of <see cref="TerminalAttributes.c_iflag"/>.</summary>
    public const uint INLCR = 0x40, IGNCR = 0x80, ICRNL = 0x100, IXON = 0x400;

    /// <summary>Flags of <see cref="TerminalAttributes.c_lflag"/>.</summary>
    public const uint ICANON = 2, ECHO = 8, IEXTEN = 0x8000;

    /// <summary>Indexes of <see cref="TerminalAttributes.c_cc"/>.</summary>
    public const int VTIME = 5, VMIN = 6;

    /// <summary>man 3 termios.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int fd, TerminalAttributes* attributes);

    /// <summary>man 3 termios. Stops the calling process with SIGTTOU if it is in the background.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int fd, int when, TerminalAttributes* attributes);
}

/// <summary><c>struct termios</c> of glibc.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TerminalAttributes
{
    public uint c_iflag, c_oflag, c_cflag, c_lflag;
    public byte c_line;
    public ControlCharacters c_cc;
    public uint c_ispeed, c_ospeed;

    /// <summary>NCCS control characters.</summary>
    [InlineArray(32)]
    internal struct ControlCharacters
    {
        byte _first;
    }
}
