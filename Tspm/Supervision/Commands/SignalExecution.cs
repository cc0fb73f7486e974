namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Signal"/>.</summary>
internal static class SignalExecution
{
    public static IReadOnlyList<SentSignal> Run(Supervisor supervisor, SupervisorCommand.Signal order) =>
    [
        .. supervisor.Selection.Select(order.Selectors)
            .Select(process => new SentSignal(process.View, process.SignalFor(order.By, order.Number))),
    ];
}
