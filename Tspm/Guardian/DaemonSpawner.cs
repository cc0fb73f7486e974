using Tspm.Guardian.Contract;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>Starts the daemon proper with its descriptors at fixed numbers.</summary>
internal static unsafe class DaemonSpawner
{
    /// <summary>Descriptors are first duplicated to above this, so that none is overwritten before it was copied.</summary>
    const int AboveFixed = 16;

    /// <summary>The daemon's pid and this side of the channel; (0, -1) when it could not be started for now.</summary>
    public static (int Pid, int Channel) Start(int listener, int ready, GuardianOptions options)
    {
        var pair = stackalloc int[2];
        if (SysSocket.socketpair(SysSocket.AF_UNIX, SysSocket.SOCK_SEQPACKET | SysSocket.SOCK_CLOEXEC, 0, pair) != 0) return (0, -1);
        _ = Fcntl.fcntl(pair[0], Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
        var sources = stackalloc int[] { Duplicate(listener), Duplicate(pair[1]), ready >= 0 ? Duplicate(ready) : -1 };
        Unistd.close(pair[1]);
        var pid = Spawn(sources, options with { ReadyDescriptor = ready >= 0 ? DaemonStart.ReadyDescriptor : -1 });
        for (var i = 0; i < 3; i++)
            if (sources[i] >= 0) Unistd.close(sources[i]);
        if (pid != 0) return (pid, pair[0]);
        Unistd.close(pair[0]);
        return (0, -1);
    }

    static int Duplicate(int descriptor) => Fcntl.fcntl(descriptor, Fcntl.F_DUPFD_CLOEXEC, AboveFixed);

    static int Spawn(int* sources, GuardianOptions options)
    {
        SpawnFileActions actions;
        _ = PosixSpawn.posix_spawn_file_actions_init(&actions);
        for (var i = 0; i < 3; i++)
            if (sources[i] >= 0) _ = PosixSpawn.posix_spawn_file_actions_adddup2(&actions, sources[i], DaemonStart.ListenerDescriptor + i);
        // Attributes are left alone: the blocked signals stay blocked, the daemon reads them by signalfd as well.
        using var argv = new StringBlock(["tspm", DaemonStart.Word, .. options.ToWords()]);
        using var path = new StringBlock([SelfPath.Value]);
        int pid;
        var result = PosixSpawn.posix_spawn(&pid, path.Pointers[0], &actions, null, argv.Pointers, CurrentEnvironment.Pointer);
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions);
        return result == 0 ? pid : 0;
    }
}
