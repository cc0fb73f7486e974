using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// One line to descriptor 2, for a guardian or daemon in the foreground: without the runtime's console, which would
/// install signal handlers.
/// </summary>
internal static unsafe class StandardError
{
    public static void WriteLine(string sentence)
    {
        var bytes = Encoding.UTF8.GetBytes($"tspm: {sentence}\n");
        fixed (byte* start = bytes) _ = Unistd.write(Unistd.STDERR_FILENO, start, (nuint)bytes.Length);
    }
}
