using Tspm.Config;
using Tspm.Model.State;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Set"/>: applies all assignments or none.</summary>
internal static class SetExecution
{
    public static ChangedProcesses Run(Supervisor supervisor, SupervisorCommand.Set order)
    {
        var selected = supervisor.Selection.Select(order.Selectors);
        OrderChecks.WholeProcesses("set", selected, static definition =>
            $"tspm set {ShellWords.Quote(definition.Name)} KEY=VALUE");
        List<ProcessDefinition> before = [.. selected.Select(static process => process.Definition)
            .DistinctBy(static definition => definition.Id)];
        List<ProcessDefinition> changed = [.. before.Select(definition =>
            definition with { Config = Assignments.Apply(definition.Config, order.Assignments) })];
        foreach (var definition in changed) OrderChecks.LogsAtRest(supervisor.Table, definition);
        OrderChecks.Dependencies(supervisor.Table, [.. changed.Select(static definition => definition.Config)]);
        var scaling = new List<PendingChange>();
        foreach (var definition in changed)
            scaling.AddRange(supervisor.Changes.Scale(definition, order.CauseOf(CauseRequest.Scale)));
        var all = changed.SelectMany(definition => supervisor.Table.Instances(definition.Id)!).ToList();
        foreach (var process in all) supervisor.Refresh(process);
        return new ChangedProcesses(all, new BegunChanges(scaling, supervisor.Save()))
        {
            Changed = [.. changed.Select((now, index) =>
                new ConfigChange(before[index].Config, now.Config, PathOf(supervisor, now)))],
        };
    }

    static string? PathOf(Supervisor supervisor, ProcessDefinition definition)
    {
        if (definition.Config.Env?.GetValueOrDefault("PATH") is { } own) return own;
        return supervisor.Table.Environments.Of(definition).GetValueOrDefault("PATH");
    }
}
