using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Reset"/>.</summary>
internal static class ResetExecution
{
    public static IReadOnlyList<ProcessView> Run(Supervisor supervisor, SupervisorCommand.Reset order)
    {
        var cells = supervisor.Selection.Select(order.Selectors);
        foreach (var cell in cells) cell.Handle(new LifecycleEvent.ResetRequested());
        return [.. cells.Select(static cell => cell.View)];
    }
}
