using Tspm.Model.State;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Stop"/>.</summary>
internal static class StopExecution
{
    public static BegunChanges Run(Supervisor supervisor, SupervisorCommand.Stop order)
    {
        var processes = supervisor.Selection.Select(order.Selectors);
        var notes = supervisor.Dependencies.Warnings(processes);
        AddSchedules(processes, notes);
        var pending = supervisor.Stop(processes, order.CauseOf(CauseRequest.Stop));
        return new BegunChanges(pending, supervisor.Save()) { Notes = notes };
    }

    /// <summary>A stop ends the current run of a job, but its schedule stays armed.</summary>
    static void AddSchedules(IReadOnlyList<SupervisedProcess> processes, List<string> notes)
    {
        var armed =
            processes.Where(static process => process.Definition.Config.IsJob && process.View.NextRunAt is not null)
            .Select(static process => process.Definition.Name).Distinct().ToList();
        if (armed.Count == 0) return;
        var names = string.Join(", ", armed.Select(static name => $"'{name}'"));
        notes.Add(armed.Count == 1
            ? $"{names} is a job and runs again at its next scheduled time; to disable it: "
                + $"tspm set {ShellWords.Quote(armed[0])} enabled=false"
            : $"{names} are jobs and run again at their next scheduled times; "
                + "to disable one: tspm set NAME enabled=false");
    }
}
