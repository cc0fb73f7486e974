using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The parent's side of <see cref="ChildSetUp"/>: starts the set-up mode as the child, and waits on a pipe for its
/// word. The pipe closes by itself when the program's exec succeeds (close-on-exec) or the child dies; a mark written
/// just before the exec tells the two apart.
/// </summary>
internal static class SetUpRun
{
    public const string Stage = "set-up";

    /// <summary>
    /// The set-up takes 3 ms; a user database or a directory on a network may take longer, but must not stop the daemon
    /// for ever.
    /// </summary>
    const int DeadlineMs = 10_000;

    /// <summary>
    /// Lowest number for our end: the spawn overwrites 0, 1 and 2 in the child, and what the listeners get.
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
        var result = spawner
            .Start(command.Executable, SetUpArguments.Write(command, request, settings), request, settings,
                writeEnd.Number);
        // The report ends when the child alone has had this end and closes it.
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
        // The directory is entered later and as the target user: here only what this process itself opens can have
        // failed.
        var failure = SpawnErrors.Explain(command.Executable, "/", result.ErrorNumber);
        return failure.Stage == ProgramLookup.ExecuteStage
            ? new SpawnFailure(Stage, result.ErrorNumber,
                $"cannot run the set-up mode of {command.Executable}: {result.Reason}")
            : failure;
    }
}
