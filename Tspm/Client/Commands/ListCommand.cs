using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Output.Listing;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>list</c>: lists processes and their state.</summary>
[RegisterCommands]
internal sealed class ListCommand
{
    [Command("list")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) =>
        {
            var options = ListOptions.From(line);
            return line.IsOn("follow")
                ? LiveList.Run(session, line.Selectors, options) : List(session, line.Selectors, options);
        });

    static int List(ClientSession session, string[]? selectors, ListOptions options)
    {
        var json = options.IsJson;
        ListResponse answer;
        try
        {
            using var daemon = session.ConnectToRead();
            var width = session.Out.IsTerminal ? StandardStreams.Width() : (int?)null;
            var request = options.Request(selectors, width);
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
        var shown = ListOrder.Apply(answer.Processes, options);
        if (json) JsonPrinter.Print(session.Out, shown, PrintJson.Readable.IReadOnlyListProcessStatus);
        else ListTable.Print(session.Out, shown, ListRow.WithSeveral(answer.Processes), options);
        if (!json && shown.Count == 0) session.Err.WriteLine(NothingToShow.InList(answer.Processes, options));
        if (!json && answer.DaemonDeaths is { } deaths) session.Err.WriteLine(DaemonDeathText.Mention(deaths));
        return ExitCodes.Done;
    }

    /// <summary>Whether no process was ever defined here, or the home was removed.</summary>
    static bool IsFresh(ClientSession session, string[]? selectors) =>
        selectors is null && session.Remote is null && !File.Exists(session.Home.ProcessesFile);
}
