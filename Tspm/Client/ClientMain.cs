using Tspm.Client.CommandLine;
using Tspm.Client.Launching;
using Tspm.Client.Offline;
using Tspm.Client.Terminal;
using Tspm.Legacy;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>
/// The client is nothing: parse, one round trip, print. Its start-up is its performance, so nothing here is created
/// that this one command does not need: no logger, no container, no thread, no console beyond the
/// question whether a stream is a terminal.
/// </summary>
internal static class ClientMain
{
    /// <summary>Runs one command line; never throws, never prints a stack trace.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="launcher">Brings the daemon to life.</param>
    /// <param name="endsWithDaemon">See <see cref="ClientSession.EndsWithDaemon"/>.</param>
    public static int Run(string[] args, IDaemonLauncher launcher, bool endsWithDaemon = false)
    {
        var errors = StandardStreams.Error();
        try
        {
            // Known before the home is: the daemon that may be started is to have it too.
            if (Argv.IsForSystem(args)) Environment.SetEnvironmentVariable("TSPM_HOME", TspmHome.SystemPath);
            var home = TspmHome.Resolve();
            var session = new ClientSession(home, new ServiceLauncher(home, launcher, errors), StandardStreams.Output(),
                errors)
            {
                EndsWithDaemon = endsWithDaemon,
                UnmanagedNotice = () => UnmanagedChildren.Notice(home),
                OfflineLogs = (request, several, onLine) => OfflineLogReader.Show(home, request, several, onLine),
            };
            var code = CommandRouter.Run(session, args);
            if (MigrationNotice.Take(home.NoticeFile) is { } notice)
            {
                errors.WriteLine(ControlText.Escape(notice));
                errors.Flush();
            }
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
