using System.Text;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>How a program ended that was run for what it prints.</summary>
internal enum ToolEnd
{
    Exited,
    DidNotStart,
    TooLate,
    TooMuch,
}

/// <summary>What a program printed, and how it ended.</summary>
/// <param name="end">The other two mean something with <see cref="ToolEnd.Exited"/> only.</param>
/// <param name="status">Its exit status.</param>
/// <param name="output">Standard output; with errors among it where they were asked for.</param>
/// <param name="problem">Why it did not start.</param>
internal sealed class ToolResult(ToolEnd end, ExitStatus status, string output, string? problem = null)
{
    public ToolEnd End => end;

    public ExitStatus Status => status;

    public string Output => output;

    public string? Problem => problem;

    public bool IsSuccess => end == ToolEnd.Exited && status.IsSuccess;
}

/// <summary>
/// Runs a program for what it prints, with a deadline, and leaves nothing behind: its own session, /dev/null as input,
/// killed with its group when it takes too long. Signals as at a program's start. Blocks its caller.
/// </summary>
internal static class ToolRun
{
    /// <summary>Lowest number for the pipe's end: the spawn overwrites 0, 1 and 2 in the child.</summary>
    const int FirstSafeFd = 10;

    /// <param name="path">The executable itself, not looked up.</param>
    /// <param name="argv">With its name in front.</param>
    /// <param name="environment">Null: that of this process.</param>
    /// <param name="withErrors">Standard error is kept too, else it goes to /dev/null.</param>
    /// <param name="deadlineMs">Until its end.</param>
    /// <param name="mostBytes">More output than that ends it.</param>
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
        // Its end tells us of the program's end only when nobody else has it.
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
        // It has closed its output; its end is not far, but nobody promised that.
        if (end == ToolEnd.Exited && !WaitForEnd(pid, until)) end = ToolEnd.TooLate;
        if (end != ToolEnd.Exited) ChildEnd.ForceGroup(pid);
        return new ToolResult(end, ChildEnd.Wait(pid), Encoding.UTF8.GetString([.. printed]));
    }

    static bool WaitForEnd(int pid, long until)
    {
        using var pidfd = Descriptors.Pidfd(pid);
        // Before Linux 5.3: the wait itself has to do, without a deadline.
        return !pidfd.IsOpen || PipeReading.WaitReadable(pidfd.Number, until);
    }
}
