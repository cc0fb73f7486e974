using System.Globalization;
using Tspm.Config.Validation;
using Tspm.Model.State;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Scale"/>.</summary>
internal static class ScaleExecution
{
    public static ChangedProcesses Run(Supervisor supervisor, SupervisorCommand.Scale order)
    {
        var definition = Only(supervisor, order);
        var wanted = order.Instances ?? (long)definition.Instances + order.Difference;
        Check(definition, wanted);
        OrderChecks.LogsAtRest(supervisor.Table, definition);
        var scaled = definition with { Config = definition.Config with { Instances = (int)wanted } };
        var pending = supervisor.Changes.Scale(scaled, order.CauseOf(CauseRequest.Scale));
        var begun = new BegunChanges(pending, supervisor.Save());
        return new ChangedProcesses(supervisor.Table.Instances(definition.Id)!, begun);
    }

    static ProcessDefinition Only(Supervisor supervisor, SupervisorCommand.Scale order)
    {
        var selected = supervisor.Selection.Select([order.Selector]);
        OrderChecks.WholeProcesses("scale", selected, definition =>
            $"tspm scale {ShellWords.Quote(definition.Name)} {Number(order)}");
        var ids = selected.Select(static process => process.Key.Id).Distinct().ToList();
        return ids.Count == 1
            ? supervisor.Table.Instances(ids[0])![0].Definition
            : throw new OrderRefusedException(
                $"'{order.Selector}' matches {ids.Count} processes; scale takes exactly one");
    }

    /// <summary>The number as it is typed.</summary>
    static string Number(SupervisorCommand.Scale order) =>
        order.Instances?.ToString(CultureInfo.InvariantCulture)
        ?? order.Difference.ToString("+0;-0", CultureInfo.InvariantCulture);

    static void Check(ProcessDefinition definition, long wanted)
    {
        if (wanted is >= 1 and <= ConfigValidation.MaxInstances) return;
        var name = definition.Name;
        throw new OrderRefusedException(wanted < 1
            ? $"'{name}' must keep at least one instance (it has {definition.Instances}); "
                + $"to stop it: tspm stop {name}, or tspm delete {name}"
            : $"'{name}' cannot have {wanted} instances; at most {ConfigValidation.MaxInstances}");
    }
}
