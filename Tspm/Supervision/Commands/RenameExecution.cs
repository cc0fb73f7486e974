using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Rename"/>.</summary>
internal static class RenameExecution
{
    public static ChangedProcesses Run(Supervisor supervisor, SupervisorCommand.Rename order)
    {
        // Exactly one is meant: here even 'all' may be a name, which earlier versions allowed.
        var ids = supervisor.Table.ByName(order.Selector) is { } known
            ? [known.Id]
            : supervisor.Selection.Select([order.Selector]).Select(static cell => cell.Key.Id).Distinct().ToList();
        if (ids.Count != 1)
            throw new OrderRefusedException(
                $"'{order.Selector}' means {ids.Count} processes; rename takes exactly one");
        var instances = supervisor.Table.Instances(ids[0])!;
        Rename(supervisor, instances[0].Definition, order.NewName);
        return new ChangedProcesses(instances, new BegunChanges([], supervisor.Save()));
    }

    /// <summary>Of the definition, and in all that depend on it.</summary>
    public static void Rename(Supervisor supervisor, ProcessDefinition definition, string name)
    {
        if (supervisor.Table.ByName(name) is { } other && other.Id != definition.Id)
            throw new OrderRefusedException($"the name '{name}' is taken by process {other.Id}");
        if (supervisor.Table.NameProblem(name, definition.Id) is { } taken) throw new OrderRefusedException(taken);
        OrderChecks.LogsAtRest(supervisor.Table, definition);
        supervisor.Put(definition with { Config = definition.Config with { Name = name } });
        foreach (var dependent in supervisor.Dependencies.Dependents(definition.Name).ToList())
        {
            Dependency[] renamed =
            [
                .. dependent.Config.DependsOn!.Select(dependency =>
                    dependency.Name == definition.Name ? dependency with { Name = name } : dependency),
            ];
            supervisor.Put(dependent with { Config = dependent.Config with { DependsOn = renamed } });
        }
    }
}
