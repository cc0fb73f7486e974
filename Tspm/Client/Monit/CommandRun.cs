using System.Text;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Monit;

/// <summary>
/// Runs this program again with a command line that a user could type. It has no input, so it can ask nothing, and what
/// it prints is kept.
/// </summary>
internal static class CommandRun
{
    /// <summary>Longer output is not shown.</summary>
    const int MostBytes = 1 << 20;

    const int AboveFixed = 16;

    /// <summary>The time limit: a command such as <c>logs -f</c> would never end.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Blocks until the command has ended.</summary>
    /// <param name="arguments">The command line after <c>tspm</c>.</param>
    /// <param name="output">What it printed, as lines.</param>
    /// <returns>True if its exit code was 0.</returns>
    public static bool Run(IReadOnlyList<string> arguments, out IReadOnlyList<string> output)
    {
        output = [Descriptors.LastProblem];
        if (!Descriptors.Pipe(out var readEnd, out var writeEnd)) return false;
        using var pipe = readEnd;
        using var target = Descriptors.Duplicate(writeEnd.Number, AboveFixed);
        writeEnd.Dispose();
        var started = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = "/proc/self/exe",
            Arguments = ["tspm", .. arguments],
            // Ctrl-C at the screen does not end a command that has begun, and ssh cannot ask its questions there.
            Leads = ChildLeads.Session,
            Descriptors =
            [
                ChildDescriptor.NullInput(ChildDescriptor.StandardInput),
                ChildDescriptor.Copy(target.NumberOrNone, ChildDescriptor.StandardOutput),
                ChildDescriptor.Copy(target.NumberOrNone, ChildDescriptor.StandardError),
            ],
        });
        target.Dispose();
        if (!started.IsStarted)
        {
            output = [started.Reason];
            return false;
        }
        var bytes = new List<byte>();
        var until = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        if (PipeReading.ReadToEnd(pipe.Number, bytes, until, MostBytes) != PipeReadingEnd.Closed)
            ChildEnd.Force(started.Pid);
        var isSuccess = ChildEnd.Wait(started.Pid).IsSuccess;
        output = Encoding.UTF8.GetString([.. bytes]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return isSuccess;
    }
}
