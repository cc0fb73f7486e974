using Tspm.Client.CommandLine;
using Tspm.Client.Launching;
using Tspm.Client.Offline;
using Tspm.Client.Terminal;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>
/// A thin client: it parses the command line, makes one round trip, and prints the answer. Start-up time is most of the
/// time of a command, so the client creates only what the command needs: no logger, no container and no thread, and
/// instead of a console only a check whether a stream is a terminal.
/// </summary>
internal static class ClientMain
{
    /// <summary>Runs one command line. Never throws, and never prints a stack trace.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="launcher">Starts the daemon.</param>
    /// <param name="endsWithDaemon">See <see cref="ClientSession.EndsWithDaemon"/>.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, IDaemonLauncher launcher, bool endsWithDaemon = false)
    {
        var errors = StandardStreams.Error();
        try
        {
            // Set before the home is resolved, so that a daemon started by this command inherits it.
            if (Argv.IsForSystem(args)) Environment.SetEnvironmentVariable("TSPM_HOME", TspmHome.SystemPath);
            var home = TspmHome.Resolve();
            var session = new ClientSession(home, new ServiceLauncher(home, launcher, errors), StandardStreams.Output(),
                errors)
            {
                EndsWithDaemon = endsWithDaemon,
                UnmanagedNotice = () => UnmanagedChildren.Notice(home),
                OfflineLogs = (request, matched, onLine) => OfflineLogReader.Show(home, request, matched, onLine),
            };
            var code = CommandRouter.Run(session, args);
            foreach (var notice in CommandNotice.Take(home.NoticeFile)) errors.WriteLine(ControlText.Escape(notice));
            errors.Flush();
            return code;
        }
        catch (HomeException noHome)
        {
            errors.WriteLine(noHome.Message);
            errors.Flush();
            return noHome.NotPermitted ? ExitCodes.NotPermitted : ExitCodes.Failed;
        }
    }
}
