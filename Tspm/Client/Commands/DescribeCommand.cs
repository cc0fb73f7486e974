using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>describe</c>: shows everything that is known about processes.</summary>
[RegisterCommands]
internal sealed class DescribeCommand
{
    [Command("describe")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var request = new DescribeRequest { Selectors = line.Words, ShowEnv = line.IsOn("show-env") };
        var answer = daemon.Call(Methods.Describe, request);
        var json = line.IsOn("json");
        if (json) JsonPrinter.PrintDescriptions(session.Out, answer.Processes);
        else DescriptionPrinter.Print(session.Out, answer.Processes, DaemonUser(session));
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoProcesses);
        return ExitCodes.Done;
    });

    /// <returns>The owner of the home; null if the home is on another machine.</returns>
    static string? DaemonUser(ClientSession session) =>
        session.Remote is null ? FileSystem.NameOfOwner(session.Home.Path) : null;
}
