using Tspm.Client.Output;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Client.Terminal;

/// <summary>
/// Standard output and standard error, written directly with write(2). <see cref="FileStream"/> would keep its own
/// offset, so that two commands appending to one file would overwrite each other. The console's stream hides that the
/// reader is gone, and costs a millisecond.
/// </summary>
internal static class StandardStreams
{
    public static OutputWriter Output() => Open(1);

    public static OutputWriter Error() => Open(2);

    /// <summary>The columns of the terminal at standard output.</summary>
    public static int Width() => Size().Columns;

    /// <summary>The size of the terminal at standard output.</summary>
    public static TerminalSize Size() => SizeOf(1);

    /// <summary>The size of the terminal at standard error.</summary>
    public static TerminalSize ErrorSize() => SizeOf(2);

    /// <summary>Whether standard input is a terminal, so that a user can answer a question.</summary>
    public static bool IsInputTerminal => TerminalDevice.Is(0);

    /// <summary>Whether standard output is a terminal whose cursor can be moved.</summary>
    public static bool IsScreen => IsScreenAt(1);

    /// <summary>Whether standard error is a terminal whose cursor can be moved.</summary>
    public static bool IsErrorScreen => IsScreenAt(2);

    /// <summary>Reads the line that the user types.</summary>
    /// <returns>An empty string at the end of the input.</returns>
    public static string ReadAnswer()
    {
        Span<byte> line = stackalloc byte[64];
        return System.Text.Encoding.UTF8.GetString(line[..DescriptorStream.Read(0, line)]).Trim();
    }

    static TerminalSize SizeOf(int descriptor) => TerminalDevice.SizeOf(descriptor) ?? TerminalSize.Usual;

    static bool IsScreenAt(int descriptor) =>
        TerminalDevice.Is(descriptor) && ColourSupport.CanMoveCursor(Environment.GetEnvironmentVariable("TERM"));

    static OutputWriter Open(int descriptor)
    {
        var isTerminal = TerminalDevice.Is(descriptor);
        return new OutputWriter(bytes => DescriptorStream.WriteAll(descriptor, bytes, "the output"), isTerminal)
        {
            Colours = ColourSupport.Detect(isTerminal, Environment.GetEnvironmentVariable),
        };
    }
}
