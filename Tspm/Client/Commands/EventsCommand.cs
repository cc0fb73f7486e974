using System.Globalization;
using Tspm.Client.Grammar;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>events</c>: what has happened and, with <c>-f</c>, what happens. Ctrl-C ends it the default way, which a shell
/// reports as 130.
/// </summary>
internal static class EventsCommand
{
    public static void Run(
        [Items] string[]? words = null, bool follow = false, string? lines = null, string? kind = null,
        string? grep = null, string? since = null, string? until = null, bool json = false) =>
        CommandHost.Execute(session =>
        {
            if (follow && until is not null)
                throw new UsageException("--follow never ends, so it cannot be combined with --until");
            var begin = LogsCommand.Point("since", since, null);
            var request = new EventsRequest
            {
                Selectors = words, Follow = follow, Kinds = kind?.Split(',', StringSplitOptions.RemoveEmptyEntries),
                Lines = lines is null ? null : int.Parse(lines, CultureInfo.InvariantCulture), Grep = grep,
                Since = LogsCommand.Iso(begin), Until = LogsCommand.Iso(LogsCommand.Point("until", until, begin)),
            };
            var printer = new EventPrinter(session.Out, json, isSelection: kind is not null || grep is not null);
            var isEmpty = true;
            new EventStream(session, request, happened =>
            {
                isEmpty = false;
                printer.Print(happened);
                return !session.Out.IsBroken;
            }).Run();
            if (isEmpty && !json && !follow && lines != "0") session.Err.WriteLine(NothingToShow.NoEvents);
            return ExitCodes.Done;
        });
}
