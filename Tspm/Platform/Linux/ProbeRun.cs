using System.Text;
using Tspm.Model;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// Runs an executable for what it prints, with a deadline, and leaves nothing behind: its own session, /dev/null as input and errors, killed with its group when it takes too long. It gets
/// this process's environment, because what is to be found out is whether it runs here.
/// </summary>
internal static unsafe class ProbeRun
{
    const int DeadlineMs = 5_000;

    /// <summary>More than that is not what we asked for.</summary>
    const int MostBytes = 16 << 10;

    /// <summary>Lowest number for the pipe's end: the spawn overwrites 0, 1 and 2 in the child.</summary>
    const int FirstSafeFd = 10;

    /// <summary>What it printed before it exited with 0; or, in words that go on a sentence about it, what it did instead.</summary>
    public static (string? Output, string? Problem) Run(int executable, string name, string word)
    {
        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC) != 0) return (null, $"cannot be tried: {Errno.Describe(Errno.Last)}");
        var writeEnd = Fcntl.fcntl(ends[1], Fcntl.F_DUPFD_CLOEXEC, FirstSafeFd);
        _ = Unistd.close(ends[1]);
        var pid = 0;
        var errno = writeEnd < 0 ? Errno.Last : Start(executable, name, word, writeEnd, out pid);
        if (writeEnd >= 0) _ = Unistd.close(writeEnd);
        (string?, string?) result = errno == 0 ? Read(ends[0], pid) : (null, $"does not run: {Errno.Describe(errno)}");
        _ = Unistd.close(ends[0]);
        return result;
    }

    static int Start(int executable, string name, string word, int writeEnd, out int pid)
    {
        pid = 0;
        using var path = new StringBlock([$"/proc/self/fd/{executable}"]);
        using var argv = new StringBlock([name, word]);
        SpawnFileActions actions;
        SpawnAttributes attributes;
        var none = SignalSet.Empty;
        var all = SignalSet.All;
        var errno = PosixSpawn.posix_spawn_file_actions_init(&actions);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_init(&attributes);
        if (errno != 0) return errno;
        errno = PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDIN_FILENO, "/dev/null", Fcntl.O_RDONLY, 0);
        if (errno == 0) errno = PosixSpawn.posix_spawn_file_actions_adddup2(&actions, writeEnd, Unistd.STDOUT_FILENO);
        if (errno == 0) errno = PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDERR_FILENO, "/dev/null", Fcntl.O_WRONLY, 0);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_setsigmask(&attributes, &none);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_setsigdefault(&attributes, &all);
        if (errno == 0)
            errno = PosixSpawn.posix_spawnattr_setflags(&attributes, PosixSpawn.POSIX_SPAWN_SETSID | PosixSpawn.POSIX_SPAWN_SETSIGDEF | PosixSpawn.POSIX_SPAWN_SETSIGMASK);
        var child = 0;
        if (errno == 0) errno = PosixSpawn.posix_spawn(&child, path.Pointers[0], &actions, &attributes, argv.Pointers, CurrentEnvironment.Pointer);
        if (errno == 0) pid = child;
        _ = PosixSpawn.posix_spawnattr_destroy(&attributes);
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions);
        return errno;
    }

    static (string? Output, string? Problem) Read(int pipe, int pid)
    {
        var until = Environment.TickCount64 + DeadlineMs;
        var printed = new List<byte>();
        var end = ReadToEnd(pipe, printed, until);
        // It has closed its output; its end is not far, but nobody promised that.
        if (end == End.Closed && !WaitForEnd(pid, until)) end = End.TooLate;
        if (end != End.Closed) _ = SysSignal.kill(-pid, Signals.SIGKILL);
        int status;
        while (SysWait.wait4(pid, &status, 0, null) < 0 && Errno.Last == Errno.EINTR)
        {
        }
        if (end == End.TooLate) return (null, $"did not answer within {DeadlineMs / 1000} s");
        if (end == End.TooMuch) return (null, "printed more than an answer");
        var how = ExitStatus.FromWaitStatus(status);
        return how.IsSuccess ? (Encoding.UTF8.GetString([.. printed]), null) : (null, $"{how} when it was asked for its version");
    }

    enum End
    {
        Closed,
        TooLate,
        TooMuch,
    }

    static End ReadToEnd(int pipe, List<byte> into, long until)
    {
        var buffer = stackalloc byte[1024];
        while (into.Count <= MostBytes)
        {
            if (!WaitReadable(pipe, until)) return End.TooLate;
            var count = Unistd.read(pipe, buffer, 1024);
            if (count < 0 && Errno.Last == Errno.EINTR) continue;
            if (count <= 0) return End.Closed;
            into.AddRange(new ReadOnlySpan<byte>(buffer, (int)count));
        }
        return End.TooMuch;
    }

    static bool WaitForEnd(int pid, long until)
    {
        var pidfd = SysSyscall.pidfd_open(pid);
        if (pidfd < 0) return false;
        var ended = WaitReadable(pidfd, until);
        _ = Unistd.close(pidfd);
        return ended;
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
