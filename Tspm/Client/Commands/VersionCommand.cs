using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>version</c>: prints the versions of this program and of the daemon, if one answers. Succeeds without a daemon.
/// </summary>
[RegisterCommands]
internal sealed class VersionCommand
{
    [Command("version")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var client = ProductVersion.Current;
        var daemon = DaemonVersion(session);
        if (line.IsOn("json"))
            JsonPrinter.Print(session.Out, new VersionEntry(client, daemon), PrintJson.Readable.VersionEntry);
        else
            session.Out.WriteLine(daemon is null
                ? $"tspm {client}"
                : $"tspm {client}\ndaemon {ControlText.Escape(daemon)}");
        if (daemon is not null && daemon != client)
            session.Err.WriteLine("the daemon has another version; to replace it with this one: tspm daemon restart");
        return ExitCodes.Done;
    });

    static string? DaemonVersion(ClientSession session)
    {
        try
        {
            using var daemon = session.ConnectIfRunning();
            return daemon?.Call(Methods.Ping, new PingRequest()).Version;
        }
        catch (DaemonException failure)
        {
            session.Err.WriteLine($"the daemon's version is unknown: {ControlText.Escape(failure.Message)}");
            return null;
        }
    }
}
