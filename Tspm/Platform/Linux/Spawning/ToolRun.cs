using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
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
internal static unsafe class ToolRun
{
    /// <summary>Lowest number for the pipe's end: the spawn overwrites 0, 1 and 2 in the child.</summary>
    const int FirstSafeFd = 10;

    /// <param name="path">The executable itself, not looked up.</param>
    /// <param name="argv">With its name in front.</param>
    /// <param name="environment">Null: that of this process.</param>
    /// <param name="withErrors">Standard error is kept too, else it goes to /dev/null.</param>
    /// <param name="deadlineMs">Until its end.</param>
    /// <param name="mostBytes">More output than that ends it.</param>
    public static ToolResult Run(string path, IReadOnlyCollection<string> argv, StringBlock? environment,
        bool withErrors, int deadlineMs, int mostBytes)
    {
        var until = Environment.TickCount64 + deadlineMs;
        if (!Descriptors.Pipe(out var readEnd, out var madeEnd)) return NotStarted(Errno.Last);
        using var output = readEnd;
        using var writeEnd = Descriptors.Duplicate(madeEnd.Number, FirstSafeFd);
        var errno = writeEnd.IsOpen ? 0 : Errno.Last;
        madeEnd.Dispose();
        var pid = 0;
        if (errno == 0) errno = Start(path, argv, environment, withErrors, writeEnd.Number, out pid);
        // Its end tells us of the program's end only when nobody else has it.
        writeEnd.Dispose();
        return errno == 0 ? Read(output.Number, pid, until, mostBytes) : NotStarted(errno);
    }

    static ToolResult NotStarted(int errno) => new(ToolEnd.DidNotStart, ExitStatus.Unknown, "", Errno.Describe(errno));

    static int Start(string path, IReadOnlyCollection<string> words, StringBlock? environment, bool withErrors,
        int writeEnd, out int pid)
    {
        pid = 0;
        using var file = new StringBlock([path]);
        using var argv = new StringBlock(words);
        SpawnFileActions actions;
        SpawnAttributes attributes;
        var none = SignalSet.Empty;
        var all = SignalSet.All;
        var errno = PosixSpawn.posix_spawn_file_actions_init(&actions);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_init(&attributes);
        if (errno != 0) return errno;
        errno = PosixSpawn.posix_spawn_file_actions_addopen(
            &actions, Unistd.STDIN_FILENO, "/dev/null", Fcntl.O_RDONLY, 0);
        if (errno == 0) errno = PosixSpawn.posix_spawn_file_actions_adddup2(&actions, writeEnd, Unistd.STDOUT_FILENO);
        if (errno == 0)
            errno = withErrors
                ? PosixSpawn.posix_spawn_file_actions_adddup2(&actions, writeEnd, Unistd.STDERR_FILENO)
                : PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDERR_FILENO, "/dev/null",
                    Fcntl.O_WRONLY, 0);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_setsigmask(&attributes, &none);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_setsigdefault(&attributes, &all);
        if (errno == 0)
            errno = PosixSpawn.posix_spawnattr_setflags(&attributes,
                PosixSpawn.POSIX_SPAWN_SETSID | PosixSpawn.POSIX_SPAWN_SETSIGDEF | PosixSpawn.POSIX_SPAWN_SETSIGMASK);
        var child = 0;
        if (errno == 0)
            errno = PosixSpawn.posix_spawn(&child, file.Pointers[0], &actions, &attributes, argv.Pointers,
                environment is null ? CurrentEnvironment.Pointer : environment.Pointers);
        if (errno == 0) pid = child;
        _ = PosixSpawn.posix_spawnattr_destroy(&attributes);
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions);
        return errno;
    }

    static ToolResult Read(int pipe, int pid, long until, int mostBytes)
    {
        var printed = new List<byte>();
        var end = ReadToEnd(pipe, printed, until, mostBytes);
        // It has closed its output; its end is not far, but nobody promised that.
        if (end == ToolEnd.Exited && !WaitForEnd(pid, until)) end = ToolEnd.TooLate;
        if (end != ToolEnd.Exited) _ = SysSignal.kill(-pid, Signals.SIGKILL);
        int status;
        while (SysWait.wait4(pid, &status, 0, null) < 0 && Errno.Last == Errno.EINTR)
        {
        }
        return new ToolResult(end, ExitStatus.FromWaitStatus(status), Encoding.UTF8.GetString([.. printed]));
    }

    static ToolEnd ReadToEnd(int pipe, List<byte> into, long until, int mostBytes)
    {
        var buffer = stackalloc byte[1024];
        while (into.Count <= mostBytes)
        {
            if (!WaitReadable(pipe, until)) return ToolEnd.TooLate;
            var count = Unistd.read(pipe, buffer, 1024);
            if (count < 0 && Errno.Last == Errno.EINTR) continue;
            if (count <= 0) return ToolEnd.Exited;
            into.AddRange(new ReadOnlySpan<byte>(buffer, (int)count));
        }
        return ToolEnd.TooMuch;
    }

    static bool WaitForEnd(int pid, long until)
    {
        using var pidfd = Descriptors.Pidfd(pid);
        // Before Linux 5.3: the wait itself has to do, without a deadline.
        return !pidfd.IsOpen || WaitReadable(pidfd.Number, until);
    }

    /// <summary>False: the time is over.</summary>
    static bool WaitReadable(int descriptor, long until)
    {
        while (true)
        {
            var wait = new PollFd { fd = descriptor, events = SysPoll.POLLIN };
            var ready = SysPoll.poll(&wait, 1, (int)Math.Max(0, until - Environment.TickCount64));
            if (ready >= 0 || Errno.Last != Errno.EINTR) return ready > 0;
        }
    }
}
