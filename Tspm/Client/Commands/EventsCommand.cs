using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>events</c>: prints recent events and, with <c>-f</c>, new ones. SIGINT keeps its default action, so a shell
/// reports exit code 130 after Ctrl-C.
/// </summary>
[RegisterCommands]
internal sealed class EventsCommand
{
    [Command("events")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (follow, until) = (line.IsOn("follow"), line.ValueOf("until"));
        if (follow && until is not null)
            throw new UsageException("--follow never ends, so it cannot be combined with --until");
        var begin = LogsCommand.Point("since", line.ValueOf("since"), null);
        var request = new EventsRequest
        {
            Selectors = line.Selectors,
            Follow = follow,
            Kinds = line.ValueOf("kind")?.Split(',', StringSplitOptions.RemoveEmptyEntries),
            Lines = line.NumberOf("lines"),
            Grep = line.ValueOf("grep"),
            Since = LogsCommand.Iso(begin),
            Until = LogsCommand.Iso(LogsCommand.Point("until", until, begin)),
        };
        var json = line.IsOn("json");
        var isSelection = request is { Kinds: not null } or { Grep: not null };
        // Not left out by the printer: events that are not shown must not count.
        if (!json && !isSelection) request = request with { Concise = true };
        var printer = new EventPrinter(session.Out, json, isSelection);
        var isEmpty = true;
        new EventStream(session, request, happened =>
        {
            isEmpty = false;
            printer.Print(happened);
            return !session.Out.IsBroken;
        }).Run();
        if (isEmpty && !json && !follow && request.Lines != 0) session.Err.WriteLine(NothingToShow.NoEvents);
        return ExitCodes.Done;
    });
}
