using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>stop</c>: done when no child and nothing of its tree is left. Stopping what is stopped is done already.</summary>
internal static class StopHandler
{
    public static async Task<StopResponse> Handle(DaemonContext context, StopRequest request)
    {
        var (begun, warnings) = await context.Supervisor.Change(supervisor =>
        {
            var cells = supervisor.Select(request.Selectors);
            var notes = supervisor.Dependencies.Warnings(cells);
            return (new Settle.Begun(supervisor.Stop(cells, "stopped by user"), supervisor.Save()), notes);
        });
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Settle.StopError);
        var error = await Settle.Unsaved(begun.Saved);
        return new StopResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = warnings.Count > 0 ? warnings : null,
        };
    }
}
