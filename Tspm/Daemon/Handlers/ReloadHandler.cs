using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>reload</c>: a new child first, then the old one goes; or a signal to the child. What is not online is started.</summary>
internal sealed class ReloadHandler() : Handler<ReloadRequest, ReloadResponse>(Methods.Reload)
{
    public override async Task<ReloadResponse> Handle(DaemonContext context, ReloadRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by) };
        var notes = new List<string>();
        var begun = await Renewal.Begin(context, request.Selectors, Renewal.NewEnvironment(request.UpdateEnv, request.Client), notes, (supervisor, order) =>
        {
            Tell(order.Wanted, notes);
            var needed = order.Cells.Where(cell => !order.Wanted.Contains(cell))
                .Select(cell => supervisor.Start(cell, Cause.Requested(CauseRequest.Start) with { By = by })).ToList();
            SupervisedProcess[] wanted = [.. order.Cells.Where(order.Wanted.Contains)];
            return [.. needed, .. supervisor.Reload(wanted, Cause.Requested(CauseRequest.Reload) with { By = by })];
        });
        var outcomes = await Renewal.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, notes, inARow: true);
        var error = await Settle.Unsaved(begun.Saved);
        return new ReloadResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = notes.Count > 0 ? notes : null };
    }

    /// <summary>Where something else is done than a child replaced by another.</summary>
    static void Tell(IEnumerable<SupervisedProcess> cells, List<string> notes)
    {
        foreach (var cell in cells)
        {
            var config = cell.Definition.Config;
            if (cell.State.Phase == LifecyclePhase.Online && config.Reload is { Mode: ReloadConfig.BySignal } by)
                notes.Add($"{cell.DisplayName}: {by.Signal ?? ReloadConfig.DefaultSignal} sent to pid {cell.View.Pid}, as reload.mode says; the child goes on");
            else if (!cell.State.HasChild) notes.Add($"{cell.DisplayName} was not online: it is started");
        }
    }
}
