using System.Globalization;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>events</c>: what has happened and, with <c>-f</c>, what happens. Ctrl-C ends it the default way, which a shell reports as 130.</summary>
internal static class EventsCommand
{
    public static void Run([Items] string[]? words = null, bool follow = false, string? lines = null, string? since = null, bool json = false) => CommandHost.Execute(session =>
    {
        var request = new EventsRequest
        {
            Selectors = words, Follow = follow, Lines = lines is null ? null : int.Parse(lines, CultureInfo.InvariantCulture), Since = LogsCommand.Iso(LogsCommand.Point("since", since, null)),
        };
        var printer = new EventPrinter(session.Out, json);
        new EventStream(session, request, happened =>
        {
            printer.Print(happened);
            return !session.Out.IsBroken;
        }).Run();
        return ExitCodes.Done;
    });
}
