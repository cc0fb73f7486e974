using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Rename"/>.</summary>
internal static class RenameExecution
{
    public static ChangedProcesses Run(Supervisor supervisor, SupervisorCommand.Rename order)
    {
        // A process's exact name goes first: earlier versions allowed even 'all' as a name.
        var ids = supervisor.Table.ByName(order.Selector) is { } known ? [known.Id] : Selected(supervisor, order);
        if (ids.Count != 1)
            throw new OrderRefusedException(
                $"'{order.Selector}' matches {ids.Count} processes; rename takes exactly one");
        var instances = supervisor.Table.Instances(ids[0])!;
        Rename(supervisor, instances[0].Definition, order.NewName);
        return new ChangedProcesses(instances, new BegunChanges([], supervisor.Save()));
    }

    static List<int> Selected(Supervisor supervisor, SupervisorCommand.Rename order)
    {
        var selected = supervisor.Selection.Select([order.Selector]);
        OrderChecks.WholeProcesses("rename", selected, definition =>
            $"tspm rename {ShellWords.Quote(definition.Name)} {ShellWords.Quote(order.NewName)}");
        return [.. selected.Select(static process => process.Key.Id).Distinct()];
    }

    /// <summary>Renames the definition, and updates every definition that depends on it.</summary>
    public static void Rename(Supervisor supervisor, ProcessDefinition definition, string name)
    {
        if (supervisor.Table.ByName(name) is { } other && other.Id != definition.Id)
            throw new OrderRefusedException($"there is already a process '{name}' (id {other.Id})");
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
