using System.Text;
using Tspm.Libc;
using Tspm.Platform;

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

    /// <summary>
    /// Says it and closes the pipe, if that was not done yet. A reader that has gone is none of our business.
    /// </summary>
    public static unsafe void Tell(Descriptor pipe, string line)
    {
        if (!pipe.IsOpen) return;
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n");
        fixed (byte* start = bytes) _ = Unistd.write(pipe.Number, start, (nuint)bytes.Length);
        pipe.Dispose();
    }
}
