using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>list</c>: lists processes and their state.</summary>
[RegisterCommands]
internal sealed class ListCommand
{
    [Command("list")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => List(session, line.Selectors, line.IsOn("json")));

    static int List(ClientSession session, string[]? selectors, bool json)
    {
        ListResponse answer;
        try
        {
            using var daemon = session.ConnectToRead();
            var request = new ListRequest { Selectors = selectors };
            answer = daemon.Call(Methods.List, request);
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning)
        {
            if (!IsFresh(session, selectors)) throw;
            // No daemon runs and no process is defined: for a program, the empty list is the correct answer.
            if (json) session.Out.WriteLine("[]");
            else session.Err.WriteLine(NothingToShow.NothingYet);
            return json ? ExitCodes.Done : ExitCodes.NotRunning;
        }
        if (json) JsonPrinter.Print(session.Out, answer.Processes, PrintJson.Readable.IReadOnlyListProcessStatus);
        else ProcessTable.Print(session.Out, answer.Processes);
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoProcesses);
        if (!json && answer.DaemonDeaths is { } deaths) session.Err.WriteLine(DaemonDeathText.Mention(deaths));
        return ExitCodes.Done;
    }

    /// <summary>Whether no process was ever defined here, or the home was removed.</summary>
    static bool IsFresh(ClientSession session, string[]? selectors) =>
        selectors is null && session.Remote is null && !File.Exists(session.Home.ProcessesFile);
}
