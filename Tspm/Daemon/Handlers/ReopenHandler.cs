using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Logs.Files;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>reopen</c>: creates log files again that were moved away. The daemon notices such a move on its own soon
/// afterwards; this verb is exact: output after the answer is in the new file.
/// </summary>
internal sealed class ReopenHandler() : Handler<ReopenRequest, ReopenResponse>(Methods.Reopen)
{
    public override async Task<ReopenResponse> Handle(DaemonContext context, ReopenRequest request, Requester? by)
    {
        var views = Views.Select(context, request.Selectors);
        var reopened = await context.Outputs.Reopen([.. views.SelectMany(LogsOf).Distinct()]);
        List<ProcessOutcome> outcomes = [.. views.Select(view => Outcome(view, reopened))];
        var isDone = outcomes.All(static outcome => outcome.Error is null);
        return new ReopenResponse { Success = isDone, Processes = outcomes };
    }

    static string[] LogsOf(ProcessView view) => [view.OutLog, view.ErrLog];

    static ProcessOutcome Outcome(ProcessView view, IReadOnlyList<ReopenedLog> all)
    {
        List<ReopenedLog> own = [.. all.Where(log => LogsOf(view).Contains(log.Path))];
        return ChangeOutcomes.From(view) with
        {
            Unchanged = !own.Any(static log => log.IsOpen),
            Error = own.Find(static log => log.Problem is not null)?.Problem,
        };
    }
}
