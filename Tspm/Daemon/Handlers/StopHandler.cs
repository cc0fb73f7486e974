using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>stop</c>: done when no child and nothing of its tree is left. Stopping what is stopped is done already.</summary>
internal sealed class StopHandler() : Handler<StopRequest, StopResponse>(Methods.Stop)
{
    public override async Task<StopResponse> Handle(DaemonContext context, StopRequest request, Requester? by)
    {
        var (begun, warnings) = await context.Supervisor.Change(supervisor =>
        {
            var cells = supervisor.Selection.Select(request.Selectors);
            var notes = supervisor.Dependencies.Warnings(cells);
            AddSchedules(cells, notes);
            return (new Settle.Begun(supervisor.Stop(cells, Cause.Requested(CauseRequest.Stop) with { By = by }), supervisor.Save()), notes);
        });
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Settle.StopError);
        var error = await Settle.Unsaved(begun.Saved);
        return new StopResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = warnings.Count > 0 ? warnings : null,
        };
    }

    /// <summary>A stop ends the present run of a job; the next one comes at its time all the same.</summary>
    static void AddSchedules(IReadOnlyList<SupervisedProcess> cells, List<string> notes)
    {
        var armed = cells.Where(static cell => cell.Definition.Config.IsJob && cell.View.NextRunAt is not null)
            .Select(static cell => cell.Definition.Name).Distinct().ToList();
        if (armed.Count == 0) return;
        var names = string.Join(", ", armed.Select(static name => $"'{name}'"));
        notes.Add(armed.Count == 1
            ? $"{names} is a job and runs again at its next time; to turn it off: "
                + $"tspm set {Config.ShellWords.Quote(armed[0])} enabled=false"
            : $"{names} are jobs and run again at their next times; to turn one off: tspm set NAME enabled=false");
    }
}
