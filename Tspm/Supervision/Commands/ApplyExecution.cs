using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Carries out <see cref="SupervisorCommand.Apply"/>: everything is checked before anything is done. The deeds are in
/// <see cref="Application"/>.
/// </summary>
internal static class ApplyExecution
{
    public static AppliedConfigs Run(Supervisor supervisor, SupervisorCommand.Apply order)
    {
        var wanted = order.Wanted;
        if (Application.Problem(supervisor.Table, wanted) is { } problem) throw new OrderRefusedException(problem);
        var plan = Application.PlanOf(supervisor, wanted);
        if (order.MissingScripts is { } missing && !order.IsDryRun)
            OrderChecks.Scripts(ToStart(supervisor.Table, plan, wanted.Configs), missing);
        var notes = new List<string>(ApplyPlan.TakenOver(
            supervisor.Table.Definitions, wanted.Configs, wanted.Project, order.IsDryRun));
        if (order.IsDryRun) return new AppliedConfigs(plan) { Notes = notes };
        var work = Application.Begin(supervisor, plan, wanted, notes);
        return new AppliedConfigs(plan)
        {
            Work = work,
            Notes = notes,
            Saved = supervisor.Save(),
            Surplus = [.. work.Coming.Where(static pending => pending.Cell.IsSurplus)],
        };
    }

    /// <summary>What the start of a file would start or restart.</summary>
    static IEnumerable<ProcessConfig> ToStart(
        ProcessTable table, List<PlanStep> plan, IReadOnlyList<ProcessConfig> configs) =>
        configs.Where((config, i) => config.Enabled != false && !config.IsJob && !IsKept(table, plan[i]));

    static bool IsKept(ProcessTable table, PlanStep step)
    {
        var isLeft = step.Action == PlanStep.Keep || step is { Action: PlanStep.Change, Restarts: false };
        return isLeft && table.ByName(step.Name) is { } known && table.Instances(known.Id)!
            .All(static cell => cell.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online);
    }
}
