using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>The "#!" line of a script (man 2 execve, "Interpreter scripts").</summary>
internal static unsafe class Shebang
{
    /// <summary>The kernel reads at most this much of the first line (BINPRM_BUF_SIZE).</summary>
    const int LineBytes = 256;

    /// <summary>
    /// The interpreter in the first line of a file; null if there is none, or the file is not readable.
    /// </summary>
    public static string? InterpreterOf(string file)
    {
        using var script = Descriptors.Open(file, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
        if (!script.IsOpen) return null;
        Span<byte> buffer = stackalloc byte[LineBytes];
        nint length;
        fixed (byte* raw = buffer) length = Unistd.read(script.Number, raw, LineBytes);
        if (length < 3 || !buffer.StartsWith("#!"u8)) return null;
        var line = buffer[2..(int)length];
        if (line.IndexOf((byte)'\n') is var end and >= 0) line = line[..end];
        line = line.TrimStart(" \t"u8);
        if (line.IndexOfAny(" \t"u8) is var space and >= 0) line = line[..space];
        // A carriage return is made visible, because it is the reason why the interpreter is not found.
        return line.IsEmpty ? null : Encoding.UTF8.GetString(line).Replace("\r", "\\r", StringComparison.Ordinal);
    }
}
