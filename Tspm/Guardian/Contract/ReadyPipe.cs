using System.Text;
using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Guardian.Contract;

/// <summary>
/// Reports the outcome of the start to the process that started the guardian: one line, then end of file. The line is
/// "ready" when the daemon answers clients, "running" if another daemon is already running, "died CAUSE" if the first
/// daemon died and the guardian starts the next one, or else "failed N SENTENCE" with the exit code N. End of file
/// without a line means that guardian and daemon have both ended.
/// </summary>
internal static class ReadyPipe
{
    public const string Ready = "ready", Running = "running", FailedPrefix = "failed ", DiedPrefix = "died ";

    /// <summary>
    /// Writes the line and closes the pipe; does nothing if the pipe is already closed. It does not matter if the
    /// reader has gone.
    /// </summary>
    public static unsafe void Report(Descriptor pipe, string line)
    {
        if (!pipe.IsOpen) return;
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n");
        fixed (byte* start = bytes) _ = Unistd.write(pipe.Number, start, (nuint)bytes.Length);
        pipe.Dispose();
    }
}
