using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>Starts the daemon process with its descriptors at fixed numbers.</summary>
internal static class DaemonSpawner
{
    /// <summary>
    /// Descriptors are first duplicated to numbers from here up, so that dup2 onto the fixed numbers cannot overwrite
    /// one that is still needed.
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
        Descriptors.SetNonBlocking(ours.Number);
        using var listenerSource = Descriptors.Duplicate(listener, AboveFixed);
        using var channelSource = Descriptors.Duplicate(theirs.Number, AboveFixed);
        using var readySource = ready >= 0 ? Descriptors.Duplicate(ready, AboveFixed) : default;
        var passed = new List<ChildDescriptor>();
        Pass(passed, listenerSource, DaemonStart.ListenerDescriptor);
        Pass(passed, channelSource, DaemonStart.ChannelDescriptor);
        Pass(passed, readySource, DaemonStart.ReadyDescriptor);
        var told = options with { ReadyDescriptor = ready >= 0 ? DaemonStart.ReadyDescriptor : -1 };
        // Signals are left alone: the blocked ones stay blocked, the daemon reads them by signalfd as well.
        var pid = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = SelfPath.Value,
            Arguments = ["tspm", DaemonStart.Word, .. told.ToWords()],
            Descriptors = passed,
        }).Pid;
        if (pid != 0) channel = ours.Move();
        return pid;
    }

    static void Pass(List<ChildDescriptor> passed, Descriptor source, int number)
    {
        if (source.IsOpen) passed.Add(ChildDescriptor.Copy(source.Number, number));
    }
}
