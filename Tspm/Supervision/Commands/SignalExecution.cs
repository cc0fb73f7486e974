namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Signal"/>.</summary>
internal static class SignalExecution
{
    public static IReadOnlyList<SentSignal> Run(Supervisor supervisor, SupervisorCommand.Signal order) =>
    [
        .. supervisor.Selection.Select(order.Selectors)
            .Select(cell => new SentSignal(cell.View, cell.SignalFor(order.By, order.Number))),
    ];
}
