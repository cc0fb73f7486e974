using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>apply</c> and, with <c>dryRun</c>, <c>plan</c>: makes the daemon match a list of configs. Everything is checked before anything is done.</summary>
internal static class ApplyHandler
{
    /// <summary>The --force of <c>start</c> would also restart what is online.</summary>
    const string ForcedByApply = "take them over with: tspm apply FILE --force";

    public static async Task<ApplyResponse> Handle(DaemonContext context, ApplyRequest request, Requester? by)
    {
        Definitions.CheckProject(request.Project);
        var wanted = new Application.Wanted(
            Definitions.Complete(request.Define, request.Client), request.Prune, request.UpdateEnv,
                request.Client.Environment, request.Client.OpenFilesLimit)
        {
            By = by, Launch = request.Client.Launch, StartsAll = request.Start, Project = request.Project,
            Remedy = request.Force == true ? null : request.Start ? ForcedByApply : ApplyPlan.Forced,
        };
        var notes = new List<string>();
        var (steps, work, surplus, saved) = await context.Supervisor.Change(supervisor =>
        {
            if (Application.Problem(supervisor.Table, wanted) is { } problem) throw new RequestException(ErrorCode.Failed, problem);
            var plan = Application.PlanOf(supervisor, wanted);
            if (request.Start && !request.DryRun) Definitions.CheckScripts(ToStart(supervisor, plan, wanted.Configs));
            else notes.AddRange(MissingScript.Among(wanted.Configs).Select(static missing => $"warning: {missing}"));
            notes.AddRange(ApplyPlan.TakenOver(supervisor.Table.Definitions, wanted.Configs, wanted.Project, request.DryRun));
            var begun = request.DryRun ? null : Application.Begin(supervisor, plan, wanted, notes);
            var tooMany = begun?.Coming.FindAll(static pending => pending.Cell.IsSurplus) ?? [];
            return (plan, begun, tooMany, begun is null ? null : supervisor.Save());
        });
        if (work is null || saved is null)
        {
            return new ApplyResponse
            {
                Success = true, Processes = [], Steps = steps, Notes = notes.Count > 0 ? notes : null,
            };
        }
        // Waited for in any case: what comes may need the port of what goes.
        var going = new Settle.Begun(work.Going, saved);
        var outcomes = await Settle.Outcomes(context, going, wait: true, timeoutMs: null, Settle.StopError);
        foreach (var problem in await Task.WhenAll(work.Gone))
            if (problem is not null) notes.Add(problem);
        var leaving = new Settle.Begun(surplus, saved);
        outcomes.AddRange(await Settle.Outcomes(context, leaving, request.Wait, request.WaitTimeoutMs, ScaleHandler.Error));
        var coming = new Settle.Begun([.. work.Coming.Where(pending => !surplus.Contains(pending))], saved);
        Func<LifecycleState, string?> errorIn = request.Start ? Settle.StartError : ScaleHandler.Error;
        outcomes.AddRange(await Settle.Outcomes(context, coming, request.Wait, request.WaitTimeoutMs, errorIn));
        if (request.Wait) await EarlyDeaths.AddTo(context, coming.Pending, outcomes, request.SettleMs);
        if (request.Start) outcomes.AddRange(await Kept(context, steps, outcomes));
        await Settle.NoteRetries(context, coming.Pending, notes);
        await LastLines.AddTo(context, coming.Pending, outcomes, notes);
        if (request.Wait) await Watching.Settle(context, coming.Pending, notes);
        var error = await Settle.Unsaved(saved);
        return new ApplyResponse
        {
            Success = error is null && outcomes.TrueForAll(static outcome => outcome.Error is null),
            Processes = outcomes, Steps = steps, Error = error, Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>What the start of a file would start or restart.</summary>
    static List<ProcessConfig> ToStart(
        Supervisor supervisor, List<PlanStep> plan, IReadOnlyList<ProcessConfig> configs) =>
        [.. configs.Where((config, i) => config.Enabled != false && !config.IsJob && !IsKept(supervisor, plan[i]))];

    static bool IsKept(Supervisor supervisor, PlanStep step)
    {
        var isLeft = step.Action == PlanStep.Keep || step is { Action: PlanStep.Change, Restarts: false };
        return isLeft && supervisor.Table.ByName(step.Name) is { } known && supervisor.Table.Instances(known.Id)!
            .All(static cell => cell.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online);
    }

    /// <summary>The instances of the list to which nothing was done: who starts them wants to know how they are.</summary>
    static Task<List<ProcessOutcome>> Kept(DaemonContext context, IReadOnlyList<PlanStep> steps, List<ProcessOutcome> done) => context.Supervisor.Ask(supervisor =>
    {
        var kept = new List<ProcessOutcome>();
        foreach (var step in steps)
        {
            if (step.Action == PlanStep.Delete || supervisor.Table.ByName(step.Name) is not { } definition) continue;
            foreach (var cell in supervisor.Table.Instances(definition.Id)![..definition.Instances])
            {
                var outcome = Settle.Outcome(cell.View) with { Unchanged = true };
                if (!done.Exists(other => other.Id == outcome.Id && other.Instance == outcome.Instance)) kept.Add(outcome);
            }
        }
        return kept;
    });
}
