using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>Starts the daemon process with its descriptors at fixed numbers.</summary>
internal static unsafe class DaemonSpawner
{
    /// <summary>
    /// Descriptors are first duplicated to numbers from here on, so that dup2 to the fixed numbers overwrites none that
    /// is still needed.
    /// </summary>
    const int AboveFixed = 16;

    /// <summary>Starts the daemon.</summary>
    /// <param name="listener">The listening control socket; the daemon gets a duplicate.</param>
    /// <param name="ready">The pipe on which the daemon reports its readiness, also as a duplicate; -1: none.</param>
    /// <param name="options">The options that the daemon gets.</param>
    /// <param name="channel">The guardian's end of the channel to the daemon.</param>
    /// <returns>The daemon's pid; 0 if no process can be created at the moment.</returns>
    public static int Start(int listener, int ready, GuardianOptions options, out Descriptor channel)
    {
        channel = default;
        if (!Descriptors.SocketPair(SysSocket.SOCK_SEQPACKET, out var madeOurs, out var madeTheirs)) return 0;
        using var ours = madeOurs;
        using var theirs = madeTheirs;
        _ = Fcntl.fcntl(ours.Number, Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
        using var listenerSource = Descriptors.Duplicate(listener, AboveFixed);
        using var channelSource = Descriptors.Duplicate(theirs.Number, AboveFixed);
        using var readySource = ready >= 0 ? Descriptors.Duplicate(ready, AboveFixed) : default;
        var sources = stackalloc int[]
        {
            listenerSource.NumberOrNone, channelSource.NumberOrNone, readySource.NumberOrNone,
        };
        var pid = Spawn(sources, options with { ReadyDescriptor = ready >= 0 ? DaemonStart.ReadyDescriptor : -1 });
        if (pid != 0) channel = ours.Move();
        return pid;
    }

    static int Spawn(int* sources, GuardianOptions options)
    {
        SpawnFileActions actions;
        _ = PosixSpawn.posix_spawn_file_actions_init(&actions);
        for (var i = 0; i < 3; i++)
            if (sources[i] >= 0)
                _ = PosixSpawn.posix_spawn_file_actions_adddup2(&actions, sources[i],
                    DaemonStart.ListenerDescriptor + i);
        // No attributes: the daemon inherits the blocked signals, because it reads them by signalfd as well.
        using var argv = new StringBlock(["tspm", DaemonStart.Word, .. options.ToWords()]);
        using var path = new StringBlock([SelfPath.Value]);
        int pid;
        var result = PosixSpawn.posix_spawn(&pid, path.Pointers[0], &actions, null, argv.Pointers,
            CurrentEnvironment.Pointer);
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions);
        return result == 0 ? pid : 0;
    }
}
