using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Delete"/>.</summary>
internal static class DeleteExecution
{
    public static DeletedProcesses Run(Supervisor supervisor, SupervisorCommand.Delete order)
    {
        var selected = supervisor.Selection.Select(order.Selectors);
        OrderChecks.WholeProcesses("delete", selected, static definition =>
        {
            var name = ShellWords.Quote(definition.Name);
            return $"tspm delete {name}; or, to have fewer: tspm scale {name} {definition.Instances - 1}";
        });
        var ids = selected.Select(static process => process.Key.Id).Distinct().ToList();
        foreach (var id in ids) RefuseNeeded(supervisor, supervisor.Table.Instances(id)![0].Definition.Name, ids);
        var pending = supervisor.Changes.Delete(ids, order.WithLogs, order.By);
        var begun = new BegunChanges(pending, supervisor.Save());
        return new DeletedProcesses(begun, ids.ConvertAll(supervisor.Deletions.WhenGone));
    }

    /// <summary>Refuses to delete a process that a remaining process depends on.</summary>
    static void RefuseNeeded(Supervisor supervisor, string name, List<int> deleted)
    {
        var others = supervisor.Dependencies.Dependents(name);
        if (others.FirstOrDefault(definition => !deleted.Contains(definition.Id)) is not { Name: var other }) return;
        throw new OrderRefusedException(
            $"'{name}' is needed by '{other}'; delete both, or remove the dependency: tspm set {other} dependsOn=");
    }
}
