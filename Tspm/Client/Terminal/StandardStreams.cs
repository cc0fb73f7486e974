using Tspm.Client.Output;
using Tspm.Platform.Linux;

namespace Tspm.Client.Terminal;

/// <summary>
/// Standard output and standard error, written with write(2) itself: <see cref="FileStream"/> would keep an offset of
/// its own (two commands that append to one file would overwrite each other), and the console's stream hides that the
/// reader is gone, and costs a millisecond.
/// </summary>
internal static class StandardStreams
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
    public static bool IsInputTerminal => TerminalDevice.Is(0);

    /// <summary>The line that somebody types; empty at the end of the input.</summary>
    public static string ReadAnswer()
    {
        Span<byte> line = stackalloc byte[64];
        return System.Text.Encoding.UTF8.GetString(line[..DescriptorStream.Read(0, line)]).Trim();
    }

    static int WidthOf(int descriptor) => TerminalDevice.ColumnsOf(descriptor) ?? DefaultWidth;

    static OutputWriter Open(int descriptor)
    {
        var isTerminal = TerminalDevice.Is(descriptor);
        return new OutputWriter(bytes => DescriptorStream.WriteAll(descriptor, bytes, "the output"), isTerminal)
        {
            HasColour = isTerminal && WantsColour(),
        };
    }

    static bool WantsColour() =>
        Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
}
