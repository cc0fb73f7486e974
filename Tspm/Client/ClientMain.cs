using Tspm.Client.Output;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>
/// The client is nothing: parse, one round trip, print. Its start-up is its performance, so nothing here is created that this one command
/// does not need: no logger, no container, no thread, no <see cref="Console"/> beyond the question whether a stream is a terminal.
/// </summary>
internal static class ClientMain
{
    /// <summary>Runs one command line; never throws, never prints a stack trace.</summary>
    /// <param name="launcher">Brings the daemon to life.</param>
    /// <param name="unmanagedNotice">See <see cref="ClientSession.UnmanagedNotice"/>.</param>
    public static int Run(string[] args, IDaemonLauncher launcher, Func<string?>? unmanagedNotice = null, OfflineLogs? offlineLogs = null)
    {
        var session = new ClientSession(TspmHome.Resolve(), launcher, StandardStreams.Output(), StandardStreams.Error())
        {
            UnmanagedNotice = unmanagedNotice ?? (static () => null),
            OfflineLogs = offlineLogs,
        };
        return CommandLine.Run(session, args);
    }
}
