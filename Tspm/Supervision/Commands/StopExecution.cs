using Tspm.Model.State;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Stop"/>.</summary>
internal static class StopExecution
{
    public static BegunChanges Run(Supervisor supervisor, SupervisorCommand.Stop order)
    {
        var cells = supervisor.Selection.Select(order.Selectors);
        var notes = supervisor.Dependencies.Warnings(cells);
        AddSchedules(cells, notes);
        var pending = supervisor.Stop(cells, order.CauseOf(CauseRequest.Stop));
        return new BegunChanges(pending, supervisor.Save()) { Notes = notes };
    }

    /// <summary>A stop ends the present run of a job; the next one comes at its time all the same.</summary>
    static void AddSchedules(IReadOnlyList<SupervisedProcess> cells, List<string> notes)
    {
        var armed = cells.Where(static cell => cell.Definition.Config.IsJob && cell.View.NextRunAt is not null)
            .Select(static cell => cell.Definition.Name).Distinct().ToList();
        if (armed.Count == 0) return;
        var names = string.Join(", ", armed.Select(static name => $"'{name}'"));
        notes.Add(armed.Count == 1
            ? $"{names} is a job and runs again at its next time; to turn it off: "
                + $"tspm set {ShellWords.Quote(armed[0])} enabled=false"
            : $"{names} are jobs and run again at their next times; to turn one off: tspm set NAME enabled=false");
    }
}
