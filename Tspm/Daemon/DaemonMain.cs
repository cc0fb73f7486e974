using Microsoft.Extensions.Logging;
using Tspm.Guardian.Contract;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// The entry point of the daemon, which is a child of the guardian. The daemon dies with its guardian, so that a frozen
/// daemon never blocks its successor, and touches nothing until an earlier daemon of the same home is gone.
/// </summary>
internal static class DaemonMain
{
    public static int Run(ReadOnlySpan<string> words)
    {
        var options = GuardianOptions.Parse(words) ?? new GuardianOptions();
        ThisProcess.SetName("tspm\0"u8);
        if (!ThisProcess.DieWith(options.GuardianPid)) return DaemonExit.CannotStart;
        // Children must not inherit the descriptors that the guardian handed over.
        InheritedDescriptors.Hide(DaemonStart.ListenerDescriptor, DaemonStart.ReadyDescriptor);
        // Whoever waits for this daemon gets exactly one report, whatever happens afterwards.
        var ready = Descriptor.Own(options.ReadyDescriptor);
        TspmHome? home = null;
        try
        {
            home = TspmHome.Resolve();
            UnhandledError.RecordIn(home);
            WriterLock.Acquire(home);
            using var host = new DaemonHost(home, options, ready);
            return host.Run();
        }
        catch (HomeException e)
        {
            ReadyPipe.Report(ready, $"{ReadyPipe.FailedPrefix}{(e.NotPermitted ? 6 : 1)} {e.Message}");
            if (options.Foreground) StandardError.WriteLine(e.Message);
            if (home is not null) Record(home, e.Message);
            return DaemonExit.CannotStart;
        }
        catch (OutOfMemoryException)
        {
            // A thread could not be created. The guardian retries.
            ReadyPipe.Report(ready, $"{ReadyPipe.FailedPrefix}1 cannot create a thread: this user has too many "
                + "processes, or memory is low");
            return OutOfResources;
        }
        catch (IOException failure)
        {
            // For example, there is no descriptor left for an epoll instance. The guardian retries.
            var reason = $"cannot start: {FileSystem.Describe(failure)}";
            ReadyPipe.Report(ready, $"{ReadyPipe.FailedPrefix}1 {reason}");
            if (home is not null) Record(home, FileSystem.Describe(failure));
            return OutOfResources;
        }
    }

    /// <summary>
    /// Writes the reason to daemon.log. A command that started this daemon reports it too, but after the death of an
    /// earlier daemon no command is waiting.
    /// </summary>
    static void Record(TspmHome home, string reason)
    {
        using var log = new DaemonLog(home, foreground: false);
        log.Logger.LogError("cannot start: {Reason}", reason);
    }

    /// <summary>The exit code when something is lacking that may be available at the next attempt.</summary>
    const int OutOfResources = 1;
}
