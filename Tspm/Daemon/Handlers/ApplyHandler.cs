using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>apply</c>, and <c>plan</c> with <c>dryRun</c>: makes the daemon match a list of configs. The whole list is
/// checked before anything is changed.
/// </summary>
internal sealed class ApplyHandler() : Handler<ApplyRequest, ApplyResponse>(Methods.Apply)
{
    /// <summary>
    /// Names apply, because the --force of <c>start</c> would also restart processes that are online.
    /// </summary>
    const string ForcedByApply = "take them over with: tspm apply FILE --force";

    public override async Task<ApplyResponse> Handle(DaemonContext context, ApplyRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by)! };
        Definitions.CheckProject(request.Project);
        var configs = Definitions.Complete(request.Define, request.Client);
        var missing = await MissingScripts.Among(context, configs);
        var wanted = new PlanExecution.Wanted(
            configs, request.Prune, request.UpdateEnv, request.Client.Environment, request.Client.OpenFilesLimit)
        {
            By = by,
            Launch = request.Client.Launch,
            StartsAll = request.Start,
            MissingScripts = missing,
            Project = request.Project,
            Remedy = request.Force == true ? null : request.Start ? ForcedByApply : ApplyPlan.Forced,
        };
        var notes = new List<string>();
        if (request is not { Start: true, DryRun: false })
            notes.AddRange(MissingScript.Describe(configs, missing).Select(static sentence => $"warning: {sentence}"));
        var applied = await context.Supervisor.Order(new SupervisorCommand.Apply(wanted) { IsDryRun = request.DryRun });
        notes.AddRange(applied.Notes);
        var (steps, surplus) = (applied.Steps, applied.Surplus);
        if (applied is not { Work: { } work, Saved: { } saved })
        {
            return new ApplyResponse
            {
                Success = true,
                Processes = [],
                Steps = steps,
                Notes = notes.Count > 0 ? notes : null,
            };
        }
        // Waits even if the request does not: new processes may need the ports of those that are deleted.
        var going = new BegunChanges(work.Going, saved);
        var outcomes = await ChangeOutcomes.Collect(
            context, going, wait: true, timeoutMs: null, ChangeOutcomes.StopError);
        foreach (var problem in await Task.WhenAll(work.Gone))
            if (problem is not null) notes.Add(problem);
        var leaving = new BegunChanges(surplus, saved);
        outcomes.AddRange(await ChangeOutcomes.Collect(context, leaving, request.Wait, request.WaitTimeoutMs,
            ScaleHandler.Error));
        var coming = new BegunChanges([.. work.Coming.Where(pending => !surplus.Contains(pending))], saved);
        Func<LifecycleState, string?> errorIn = request.Start ? ChangeOutcomes.StartError : ScaleHandler.Error;
        outcomes.AddRange(await ChangeOutcomes.Collect(context, coming, request.Wait, request.WaitTimeoutMs, errorIn));
        if (request.Wait) await EarlyDeaths.AddTo(context, coming.Pending, outcomes, request.SettleMs);
        if (request.Start) outcomes.AddRange(await Kept(context, steps, outcomes));
        await ChangeOutcomes.NoteRetries(context, coming.Pending, notes);
        await LastLines.AddTo(context, coming.Pending, outcomes, notes);
        if (request.Wait) await WatchReadiness.Await(context, coming.Pending, notes);
        var error = await ChangeOutcomes.SaveError(saved);
        return new ApplyResponse
        {
            Success = error is null && outcomes.TrueForAll(static outcome => outcome.Error is null),
            Processes = outcomes,
            Steps = steps,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>
    /// Returns the outcomes of listed instances that did not change: whoever starts the list wants to see their state.
    /// </summary>
    static async Task<List<ProcessOutcome>> Kept(
        DaemonContext context, IReadOnlyList<PlanStep> steps, List<ProcessOutcome> done)
    {
        var names = steps.Where(static step => step.Action != PlanStep.Delete)
            .Select(static step => step.Name).ToList();
        var kept = new List<ProcessOutcome>();
        foreach (var view in await context.Supervisor.Ask(new SupervisorQuery.Named { Names = names }))
        {
            var outcome = ChangeOutcomes.From(view) with { Unchanged = true };
            if (!done.Exists(other => other.Id == outcome.Id && other.Instance == outcome.Instance)) kept.Add(outcome);
        }
        return kept;
    }
}
