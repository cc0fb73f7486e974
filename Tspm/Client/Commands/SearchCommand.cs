using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Client.Output.Listing;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>search TEXT</c>: searches names, commands and namespaces.</summary>
[RegisterCommands]
internal sealed class SearchCommand
{
    [Command("search")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var answer = daemon.Call(Methods.Search, new SearchRequest { Text = line.Words[0] });
        var json = line.IsOn("json");
        if (json) JsonPrinter.Print(session.Out, answer.Processes, PrintJson.Readable.IReadOnlyListProcessStatus);
        else ListTable.Print(session.Out, answer.Processes, ListRow.WithSeveral(answer.Processes), new ListOptions());
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoMatch(line.Words[0]));
        return ExitCodes.Done;
    });
}
