using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The parent's side of <see cref="ChildSetUp"/>: starts the set-up mode as the child, and waits on a pipe for its
/// report. The pipe is closed when the program's exec succeeds (close-on-exec) and when the child dies; a mark that the
/// child writes right before the exec tells the two apart.
/// </summary>
internal static class SetUpRun
{
    public const string Stage = "set-up";

    /// <summary>
    /// The set-up takes 3 ms. A user database or a directory on a network may take longer, but must not block the
    /// daemon forever.
    /// </summary>
    const int DeadlineMs = 10_000;

    /// <summary>
    /// The lowest number for the write end: in the child, the spawn overwrites 0, 1, 2 and the numbers of the
    /// listeners.
    /// </summary>
    const int FirstSafeFd = 4 + SpawnRequest.MaxListeners;

    public static SpawnFailure? Spawn(LinuxSpawner spawner, SetUpCommand command, SpawnRequest request,
        BirthSettings settings, out int pid)
    {
        pid = 0;
        if (!Descriptors.Pipe(out var readEnd, out var madeEnd)) return CannotPrepare(Errno.Last);
        using var report = readEnd;
        using var writeEnd = Descriptors.Duplicate(madeEnd.Number, FirstSafeFd);
        var errno = writeEnd.IsOpen ? 0 : Errno.Last;
        madeEnd.Dispose();
        if (errno != 0) return CannotPrepare(errno);
        var arguments = SetUpArguments.Write(command, request, settings);
        var result = spawner.Start(command.Executable, arguments, request, settings, writeEnd.Number);
        // Closed here, so that the report ends when the child closes its copy.
        writeEnd.Dispose();
        if (!result.IsStarted) return CannotStart(command, result);
        var failure = ReadReport(report.Number, result.Pid);
        if (failure is null) pid = result.Pid;
        return failure;
    }

    static SpawnFailure? ReadReport(int fd, int pid)
    {
        var report = new List<byte>();
        var inTime = PipeReading.ReadToEnd(fd, report, Environment.TickCount64 + DeadlineMs) == PipeReadingEnd.Closed;
        var text = Encoding.UTF8.GetString([.. report]);
        if (inTime && text == ChildSetUp.AboutToExecute) return null;
        if (!inTime) ChildEnd.Force(pid);
        var status = ChildEnd.Wait(pid);
        if (!inTime)
            return new SpawnFailure(Stage, Errno.ETIMEDOUT,
                string.Create(CultureInfo.InvariantCulture,
                    $"the set-up of the child did not finish within {DeadlineMs / 1000} s"));
        var fields = text.TrimStart(ChildSetUp.AboutToExecute[0]).Split('\n', 3);
        if (fields.Length == 3
            && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var errno))
            return new SpawnFailure(fields[0], errno, fields[2]);
        return new SpawnFailure(Stage, 0,
            $"the set-up of the child {status} before it could run the program");
    }

    static SpawnFailure CannotPrepare(int errno) =>
        new(LinuxSpawner.PrepareStage, errno, $"cannot prepare the child: {Errno.Describe(errno)}");

    static SpawnFailure CannotStart(SetUpCommand command, SpawnResult result)
    {
        // The child enters the directory later, as the target user, so the directory cannot be the reason here.
        var failure = SpawnErrors.Explain(command.Executable, "/", result.ErrorNumber);
        return failure.Stage == ProgramLookup.ExecuteStage
            ? new SpawnFailure(Stage, result.ErrorNumber,
                $"cannot run the set-up mode of {command.Executable}: {result.Reason}")
            : failure;
    }
}
