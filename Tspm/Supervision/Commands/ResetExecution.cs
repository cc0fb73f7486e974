using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Reset"/>.</summary>
internal static class ResetExecution
{
    public static IReadOnlyList<ProcessView> Run(Supervisor supervisor, SupervisorCommand.Reset order)
    {
        var processes = supervisor.Selection.Select(order.Selectors);
        foreach (var process in processes) process.Handle(new LifecycleEvent.ResetRequested());
        return [.. processes.Select(static process => process.View)];
    }
}
