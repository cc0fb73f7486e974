using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>search TEXT</c>: over names, commands and namespaces.</summary>
internal static class SearchCommand
{
    public static void Run([Items] string[]? words = null, bool json = false) => CommandHost.Execute(session =>
    {
        using var daemon = session.ConnectToRead();
        var answer = daemon.Call(Methods.Search, new SearchRequest { Text = words![0] });
        if (json) JsonPrinter.Print(session.Out, answer.Processes, PrintJson.Readable.IReadOnlyListProcessStatus);
        else ProcessTable.Print(session.Out, answer.Processes);
        if (!json && answer.Processes.Count == 0) session.Err.WriteLine(NothingToShow.NoMatch(words[0]));
        return ExitCodes.Done;
    });
}
