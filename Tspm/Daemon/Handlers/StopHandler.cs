using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>stop</c>: done when no child and nothing of its tree is left. Stopping what is stopped is done already.</summary>
internal static class StopHandler
{
    public static async Task<StopResponse> Handle(DaemonContext context, StopRequest request)
    {
        var begun = await context.Supervisor.Change(supervisor =>
        {
            var pending = supervisor.Select(request.Selectors).Select(cell => supervisor.Stop(cell, "stopped by user")).ToList();
            return new Settle.Begun(pending, supervisor.Save());
        });
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Settle.StopError);
        var error = await Settle.Unsaved(begun.Saved);
        return new StopResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error };
    }
}
