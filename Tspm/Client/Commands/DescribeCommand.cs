using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Client.Output.Describing;
using Tspm.Client.Running;
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
        var (json, showsSecrets) = (line.IsOn("json"), line.IsOn("show-env"));
        // For people, only the values that look like secrets are masked, and the daemon does not tell which do.
        var request = new DescribeRequest { Selectors = line.Words, ShowEnv = showsSecrets || !json };
        var answer = daemon.Call(Methods.Describe, request);
        if (json) JsonPrinter.PrintDescriptions(session.Out, answer.Processes);
        else
        {
            var described = LastOutput.Add(daemon, answer.Processes, line.Words, showsSecrets)
                .Select(one => one with { DaemonUser = DaemonUser(session) }).ToList();
            DescriptionPrinter.Print(session.Out, described);
        }
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoProcesses);
        return ExitCodes.Done;
    });

    /// <returns>The owner of the home; null if the home is on another machine.</returns>
    static string? DaemonUser(ClientSession session) =>
        session.Remote is null ? FileSystem.NameOfOwner(session.Home.Path) : null;
}
