using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Writes to descriptor 2 for a guardian or daemon in the foreground, without the runtime's console, which would
/// install signal handlers.
/// </summary>
internal static unsafe class StandardError
{
    public static void WriteLine(string sentence) => Write(Encoding.UTF8.GetBytes($"tspm: {sentence}\n"));

    /// <summary>Makes one write (man 2 write) and ignores errors, because the terminal may be gone.</summary>
    public static void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) _ = Unistd.write(Unistd.STDERR_FILENO, start, (nuint)bytes.Length);
    }
}
