using Microsoft.Extensions.Logging;
using Tspm.Guardian.Contract;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// The daemon proper, child of the guardian. It dies with its guardian (so a frozen daemon never holds anything against
/// a new one), and waits until an earlier daemon of the same home is really gone before it touches anything.
/// </summary>
internal static class DaemonMain
{
    public static int Run(ReadOnlySpan<string> words)
    {
        var options = GuardianOptions.Parse(words) ?? new GuardianOptions();
        ThisProcess.SetName("tspm\0"u8);
        if (!ThisProcess.DieWith(options.GuardianPid)) return DaemonExit.CannotStart;
        // The descriptors that the guardian handed over are the daemon's own: no child inherits them.
        InheritedDescriptors.Hide(DaemonStart.ListenerDescriptor, DaemonStart.ReadyDescriptor);
        // Whoever waits for this daemon is told once, whatever happens after that.
        var ready = Descriptor.Own(options.ReadyDescriptor);
        TspmHome? home = null;
        try
        {
            home = TspmHome.Resolve();
            UnhandledError.RecordIn(home);
            WriterLock.Take(home);
            using var host = new DaemonHost(home, options, ready);
            return host.Run();
        }
        catch (HomeException e)
        {
            ReadyPipe.Tell(ready, $"{ReadyPipe.FailedPrefix}{(e.NotPermitted ? 6 : 1)} {e.Message}");
            if (options.Foreground) StandardError.WriteLine(e.Message);
            if (home is not null) Record(home, e.Message);
            return DaemonExit.CannotStart;
        }
        catch (OutOfMemoryException)
        {
            // No thread could be had. The guardian tries again.
            ReadyPipe.Tell(ready,
                $"{ReadyPipe.FailedPrefix}1 no thread could be made: this user has too many processes, or there is "
                    + "too little memory");
            return NoThreads;
        }
        catch (IOException failure)
        {
            // No descriptor for an epoll, say. The guardian tries again.
            var reason = $"cannot start: {FileSystem.Describe(failure)}";
            ReadyPipe.Tell(ready, $"{ReadyPipe.FailedPrefix}1 {reason}");
            if (home is not null) Record(home, FileSystem.Describe(failure));
            return NoThreads;
        }
    }

    /// <summary>
    /// Who was started by a command was told by it; after a daemon's death nobody is there to be told.
    /// </summary>
    static void Record(TspmHome home, string reason)
    {
        using var log = new DaemonLog(home, foreground: false);
        log.Logger.LogError("cannot start: {Reason}", reason);
    }

    /// <summary>Nor anything else that may be there the next time.</summary>
    const int NoThreads = 1;
}
