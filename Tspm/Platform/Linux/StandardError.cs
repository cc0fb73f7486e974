using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Descriptor 2, for a guardian or daemon in the foreground: without the runtime's console, which would
/// install signal handlers.
/// </summary>
internal static unsafe class StandardError
{
    public static void WriteLine(string sentence) => Write(Encoding.UTF8.GetBytes($"tspm: {sentence}\n"));

    /// <summary>One write (man 2 write). A terminal that went away is no reason for an error.</summary>
    public static void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) _ = Unistd.write(Unistd.STDERR_FILENO, start, (nuint)bytes.Length);
    }
}
