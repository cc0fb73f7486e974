using System.Text;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian.Contract;

/// <summary>
/// How whoever started the guardian learns what became of it: one line, then end of file. "ready" when the daemon
/// answers, "running" when another
/// one does already, else "failed N SENTENCE" with the exit code. "died CAUSE": the first daemon died, and the guardian
/// starts the next one. End of file without a line: both are gone.
/// </summary>
internal static class ReadyPipe
{
    public const string Ready = "ready", Running = "running", FailedPrefix = "failed ", DiedPrefix = "died ";

    /// <summary>Says it and closes the pipe. A reader that has gone is none of our business.</summary>
    public static unsafe void Tell(int descriptor, string line)
    {
        if (descriptor < 0) return;
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n");
        fixed (byte* start = bytes) _ = Unistd.write(descriptor, start, (nuint)bytes.Length);
        Unistd.close(descriptor);
    }
}
