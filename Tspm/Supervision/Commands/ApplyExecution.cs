using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Carries out <see cref="SupervisorCommand.Apply"/>: checks everything first, then leaves the work to
/// <see cref="PlanExecution"/>.
/// </summary>
internal static class ApplyExecution
{
    public static AppliedConfigs Run(Supervisor supervisor, SupervisorCommand.Apply order)
    {
        var wanted = order.Wanted;
        if (PlanExecution.Problem(supervisor.Table, wanted) is { } problem) throw new OrderRefusedException(problem);
        var plan = PlanExecution.PlanOf(supervisor, wanted);
        if (wanted.StartsAll && !order.IsDryRun)
            OrderChecks.Scripts(ToStart(supervisor.Table, plan, wanted.Configs), wanted.MissingScripts);
        var notes = new List<string>(ApplyPlan.TakenOver(
            supervisor.Table.Definitions, wanted.Configs, wanted.Project, order.IsDryRun));
        if (order.IsDryRun) return new AppliedConfigs(plan) { Notes = notes };
        var work = PlanExecution.Begin(supervisor, plan, wanted, notes);
        return new AppliedConfigs(plan)
        {
            Work = work,
            Notes = notes,
            Saved = supervisor.Save(),
            Surplus = [.. work.Coming.Where(static pending => pending.Process.IsSurplus)],
        };
    }

    /// <summary>The configs whose processes the plan would start or restart.</summary>
    static IEnumerable<ProcessConfig> ToStart(
        ProcessTable table, List<PlanStep> plan, IReadOnlyList<ProcessConfig> configs) =>
        configs.Where((config, i) => config.Enabled != false && !config.IsJob && !IsKept(table, plan[i]));

    static bool IsKept(ProcessTable table, PlanStep step)
    {
        var isLeft = step.Action == PlanStep.Keep || step is { Action: PlanStep.Change, Restarts: false };
        return isLeft && table.ByName(step.Name) is { } known && table.Instances(known.Id)!
            .All(static process => process.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online);
    }
}
