using System.Text;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Client.Launching;

/// <summary>
/// Starts the guardian of this home, detached: own session, no terminal, no descriptor of ours but a pipe on which it
/// says when the daemon answers, or why it does not. So nothing is polled, and of fifty clients that start one at once
/// every one learns that one runs.
/// </summary>
internal sealed unsafe class GuardianLauncher : IDaemonLauncher
{
    /// <summary>The number of the pipe in the guardian.</summary>
    const int ReadyDescriptor = 3;

    /// <summary>Sources are duplicated to above the fixed numbers before they are put there.</summary>
    const int AboveFixed = 16;

    public void Start()
    {
        // Descriptors that we inherited and that are not close-on-exec (a shell's here-document, a test's pipe) would
        // live as long as the daemon.
        _ = SysSyscall.close_range(ReadyDescriptor, uint.MaxValue, SysSyscall.CLOSE_RANGE_CLOEXEC);
        if (!Descriptors.Pipe(out var readEnd, out var writeEnd)) throw Failure("cannot make a pipe", Errno.Last);
        using var pipe = readEnd;
        using var source = Descriptors.Duplicate(writeEnd.Number, AboveFixed);
        writeEnd.Dispose();
        var errno = Spawn(source.NumberOrNone);
        // The daemon alone has this end: when it is gone, the line ends.
        source.Dispose();
        if (errno != 0) throw Failure("cannot start the daemon", errno);
        Understand(ReadLine(pipe.Number));
    }

    static int Spawn(int readySource)
    {
        SpawnFileActions actions;
        SpawnAttributes attributes;
        _ = PosixSpawn.posix_spawn_file_actions_init(&actions);
        _ = PosixSpawn.posix_spawnattr_init(&attributes);
        _ = PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDIN_FILENO, "/dev/null", Fcntl.O_RDONLY, 0);
        _ = PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDOUT_FILENO, "/dev/null", Fcntl.O_WRONLY, 0);
        _ = PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDERR_FILENO, "/dev/null", Fcntl.O_WRONLY, 0);
        _ = PosixSpawn.posix_spawn_file_actions_adddup2(&actions, readySource, ReadyDescriptor);
        _ = PosixSpawn.posix_spawnattr_setflags(&attributes, PosixSpawn.POSIX_SPAWN_SETSID);
        using var argv = new StringBlock(["tspm", "daemon", $"{GuardianOptions.ReadyFlag}{ReadyDescriptor}"]);
        using var path = new StringBlock([SelfPath.Value]);
        using var environment = StringBlock.OfEnvironment(WithoutOuterMarks(ClientContextBuilder.KeptEnvironment()));
        OuterTree.ShedMark();
        int pid;
        var errno = PosixSpawn.posix_spawn(&pid, path.Pointers[0], &actions, &attributes, argv.Pointers,
            environment.Pointers);
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions);
        _ = PosixSpawn.posix_spawnattr_destroy(&attributes);
        return errno;
    }

    static Dictionary<string, string> WithoutOuterMarks(IReadOnlyDictionary<string, string> kept)
    {
        var environment = new Dictionary<string, string>(kept, StringComparer.Ordinal);
        foreach (var variable in OuterTree.Variables) environment.Remove(variable);
        return environment;
    }

    static string ReadLine(int descriptor)
    {
        var line = new List<byte>();
        var buffer = stackalloc byte[512];
        while (true)
        {
            var count = Unistd.read(descriptor, buffer, 512);
            if (count < 0 && Errno.Last == Errno.EINTR) continue;
            if (count <= 0) return Encoding.UTF8.GetString([.. line]);
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] == '\n') return Encoding.UTF8.GetString([.. line]);
                line.Add(buffer[i]);
            }
        }
    }

    static void Understand(string said)
    {
        if (said is ReadyPipe.Ready or ReadyPipe.Running) return;
        if (said.StartsWith(ReadyPipe.DiedPrefix, StringComparison.Ordinal))
        {
            throw new DaemonException(
                LocalError.Unreachable,
                $"the daemon died before it was ready, {said[ReadyPipe.DiedPrefix.Length..]}; the guardian is "
                    + "starting it again; see tspm status, and daemon.log in its home folder");
        }
        if (!said.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal))
            throw new DaemonException(LocalError.Unreachable,
                "the daemon ended before it was ready; the reason is at the end of daemon.log in its home folder");
        var rest = said[ReadyPipe.FailedPrefix.Length..];
        var space = rest.IndexOf(' ');
        var notPermitted = rest.AsSpan(0, space) is "6";
        throw new DaemonException(notPermitted ? LocalError.NotPermitted : Protocol.ErrorCode.Failed,
            $"the daemon cannot start: {rest[(space + 1)..]}");
    }

    static DaemonException Failure(string what, int errno) =>
        new(Protocol.ErrorCode.Failed, $"{what}: {Errno.Describe(errno)}");
}
