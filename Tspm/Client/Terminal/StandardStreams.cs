using Tspm.Client.Output;
using Tspm.Libc;

namespace Tspm.Client.Terminal;

/// <summary>
/// Standard output and standard error, written with write(2) itself: <see cref="FileStream"/> would keep an offset of
/// its own (two commands that append to one file would overwrite each other), and the console's stream hides that the
/// reader is gone, and costs a millisecond.
/// </summary>
internal static unsafe class StandardStreams
{
    /// <summary>When the terminal does not say how wide it is.</summary>
    const int DefaultWidth = 80;

    public static OutputWriter Output() => Open(1);

    public static OutputWriter Error() => Open(2);

    /// <summary>Columns of the terminal that standard output is.</summary>
    public static int Width() => WidthOf(1);

    /// <summary>The same of standard error.</summary>
    public static int ErrorWidth() => WidthOf(2);

    /// <summary>Somebody sits at standard input.</summary>
    public static bool IsInputTerminal => Unistd.isatty(0) == 1;

    /// <summary>The line that somebody types; empty at the end of the input.</summary>
    public static string ReadAnswer()
    {
        Span<byte> line = stackalloc byte[64];
        nint length;
        do
        {
            fixed (byte* start = line) length = Unistd.read(0, start, (nuint)line.Length);
        }
        while (length < 0 && Errno.Last == Errno.EINTR);
        return length <= 0 ? "" : System.Text.Encoding.UTF8.GetString(line[..(int)length]).Trim();
    }

    static int WidthOf(int descriptor)
    {
        WindowSize size = default;
        var isKnown = SysIoctl.ioctl(descriptor, SysIoctl.TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        return isKnown ? size.ws_col : DefaultWidth;
    }

    static OutputWriter Open(int descriptor)
    {
        var isTerminal = Unistd.isatty(descriptor) == 1;
        return new OutputWriter(bytes => WriteAll(descriptor, bytes), isTerminal)
        {
            HasColour = isTerminal && WantsColour(),
        };
    }

    static bool WantsColour() =>
        Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>False: the reader is gone (the runtime ignores SIGPIPE, so it is an error number).</summary>
    static bool WriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint written;
            fixed (byte* start = bytes) written = Unistd.write(descriptor, start, (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }
            var errno = Errno.Last;
            if (errno == Errno.EPIPE) return false;
            if (errno == Errno.EAGAIN) WaitUntilWritable(descriptor);
            else if (errno != Errno.EINTR) throw new IOException($"cannot write the output: {Errno.Describe(errno)}");
        }
        return true;
    }

    /// <summary>
    /// Somebody else made the descriptor non-blocking (a shell's other child, ssh): wait as a blocking one would.
    /// </summary>
    static void WaitUntilWritable(int descriptor)
    {
        var request = new PollFd { fd = descriptor, events = SysPoll.POLLOUT };
        _ = SysPoll.poll(&request, 1, -1);
    }
}
