using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>apply</c> and, with <c>dryRun</c>, <c>plan</c>: makes the daemon match a list of configs. Everything is checked before anything is done.</summary>
internal static class ApplyHandler
{
    public static async Task<ApplyResponse> Handle(DaemonContext context, ApplyRequest request)
    {
        var wanted = new Application.Wanted(
            Definitions.Complete(request.Define, request.Client), request.Prune, request.UpdateEnv, request.Client.Environment, request.Client.OpenFilesLimit) { Launch = request.Client.Launch };
        var notes = new List<string>();
        var (steps, gone) = await context.Supervisor.Change(supervisor =>
        {
            if (Application.Problem(supervisor.Table, wanted) is { } problem) throw new RequestException(ErrorCode.Failed, problem);
            var plan = Application.PlanOf(supervisor.Table, wanted);
            return (plan, request.DryRun ? null : BeginToStop(supervisor, plan));
        });
        if (request.DryRun) return new ApplyResponse { Success = true, Processes = [], Steps = steps };
        var outcomes = gone is null ? [] : await Settle.Outcomes(context, gone, wait: true, timeoutMs: null, Settle.StopError);
        var begun = await context.Supervisor.Change(supervisor =>
        {
            // Somebody else may have changed something while the last ones went.
            if (Application.Problem(supervisor.Table, wanted) is { } problem) throw new RequestException(ErrorCode.Failed, problem);
            var pending = Application.Begin(supervisor, Application.PlanOf(supervisor.Table, wanted), wanted, notes);
            return new Settle.Begun(pending, supervisor.Save());
        });
        outcomes.AddRange(await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, ScaleHandler.Error));
        await LastLines.AddTo(context, outcomes);
        if (request.Wait) await Watching.Settle(context, begun.Pending, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new ApplyResponse
        {
            Success = error is null && outcomes.TrueForAll(static outcome => outcome.Error is null), Processes = outcomes, Steps = steps, Error = error, Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>First of all, and waited for: what comes may need the port of what goes. Null: nothing goes.</summary>
    static Settle.Begun? BeginToStop(Supervisor supervisor, List<PlanStep> steps)
    {
        var cells = new List<SupervisedProcess>();
        foreach (var step in steps)
            if (step.Action == PlanStep.Delete) cells.AddRange(supervisor.Table.Instances(supervisor.Table.ByName(step.Name)!.Id)!);
        return cells.Count == 0 ? null : new Settle.Begun(supervisor.Stop(cells, "deleted by user"), supervisor.Save());
    }
}
