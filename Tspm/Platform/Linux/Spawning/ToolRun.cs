using System.Text;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>How a program ended that was run for its output.</summary>
internal enum ToolEnd
{
    Exited,
    DidNotStart,
    TooLate,
    TooMuch,
}

/// <summary>The output of a program, and how it ended.</summary>
/// <param name="end">How it ended; status and output are complete only with <see cref="ToolEnd.Exited"/>.</param>
/// <param name="status">The exit status.</param>
/// <param name="output">The standard output, with standard error if that was requested.</param>
/// <param name="problem">Why the program did not start.</param>
internal sealed class ToolResult(ToolEnd end, ExitStatus status, string output, string? problem = null)
{
    public ToolEnd End => end;

    public ExitStatus Status => status;

    public string Output => output;

    public string? Problem => problem;

    public bool IsSuccess => end == ToolEnd.Exited && status.IsSuccess;
}

/// <summary>
/// Runs a program for its output, with a deadline. The program gets its own session, /dev/null as input and default
/// signal dispositions. If it takes too long, it is killed with its process group. Blocks the caller.
/// </summary>
internal static class ToolRun
{
    /// <summary>The lowest number for the write end: the spawn overwrites 0, 1 and 2 in the child.</summary>
    const int FirstSafeFd = 10;

    /// <summary>Runs a program until it ends, or one of the limits is reached.</summary>
    /// <param name="path">The path of the executable; PATH is not searched.</param>
    /// <param name="argv">The arguments, including argv[0].</param>
    /// <param name="environment">The environment; null for that of this process.</param>
    /// <param name="withErrors">Whether standard error is kept too; otherwise it goes to /dev/null.</param>
    /// <param name="deadlineMs">How long the program may run, in milliseconds.</param>
    /// <param name="mostBytes">The program is killed if its output is larger than this.</param>
    public static ToolResult Run(string path, IReadOnlyCollection<string> argv,
        IReadOnlyDictionary<string, string>? environment, bool withErrors, int deadlineMs, int mostBytes)
    {
        var until = Environment.TickCount64 + deadlineMs;
        if (!Descriptors.Pipe(out var readEnd, out var madeEnd)) return NotStarted(Descriptors.LastProblem);
        using var output = readEnd;
        using var writeEnd = Descriptors.Duplicate(madeEnd.Number, FirstSafeFd);
        var problem = Descriptors.LastProblem;
        madeEnd.Dispose();
        if (!writeEnd.IsOpen) return NotStarted(problem);
        var started = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = path,
            Arguments = argv,
            Environment = environment,
            Descriptors =
            [
                ChildDescriptor.NullInput(ChildDescriptor.StandardInput),
                ChildDescriptor.Copy(writeEnd.Number, ChildDescriptor.StandardOutput),
                withErrors
                    ? ChildDescriptor.Copy(writeEnd.Number, ChildDescriptor.StandardError)
                    : ChildDescriptor.NullOutput(ChildDescriptor.StandardError),
            ],
            Leads = ChildLeads.Session,
            ResetsSignals = true,
        });
        // Closed here, so that the end of the pipe shows the end of the program.
        writeEnd.Dispose();
        return started.IsStarted ? Read(output.Number, started.Pid, until, mostBytes) : NotStarted(started.Reason);
    }

    static ToolResult NotStarted(string problem) => new(ToolEnd.DidNotStart, ExitStatus.Unknown, "", problem);

    static ToolResult Read(int pipe, int pid, long until, int mostBytes)
    {
        var printed = new List<byte>();
        var end = PipeReading.ReadToEnd(pipe, printed, until, mostBytes) switch
        {
            PipeReadingEnd.TooLate => ToolEnd.TooLate,
            PipeReadingEnd.TooMuch => ToolEnd.TooMuch,
            _ => ToolEnd.Exited,
        };
        // The program has closed its output and will probably end soon, but it need not.
        if (end == ToolEnd.Exited && !WaitForEnd(pid, until)) end = ToolEnd.TooLate;
        if (end != ToolEnd.Exited) ChildEnd.ForceGroup(pid);
        return new ToolResult(end, ChildEnd.Wait(pid), Encoding.UTF8.GetString([.. printed]));
    }

    static bool WaitForEnd(int pid, long until)
    {
        using var pidfd = Descriptors.Pidfd(pid);
        // Without pidfds (before Linux 5.3) the caller waits without a deadline.
        return !pidfd.IsOpen || PipeReading.WaitReadable(pidfd.Number, until);
    }
}
