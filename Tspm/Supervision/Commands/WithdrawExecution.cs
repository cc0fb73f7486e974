using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Withdraw"/>.</summary>
internal static class WithdrawExecution
{
    /// <returns>The save that makes it durable; null: there was nothing to take back.</returns>
    public static Task<string?>? Run(Supervisor supervisor, SupervisorCommand.Withdraw order)
    {
        var dropped = false;
        // The newest first: so all their numbers are free again.
        for (var i = order.Ids.Count - 1; i >= 0; i--)
        {
            if (!CanGo(supervisor, order.Ids[i])) continue;
            supervisor.Table.Withdraw(order.Ids[i]);
            dropped = true;
        }
        return dropped ? supervisor.Save() : null;
    }

    static bool CanGo(Supervisor supervisor, int id) =>
        supervisor.Table.Instances(id) is { } cells && cells.All(NeverRan)
        && supervisor.Dependencies.Dependents(cells[0].Definition.Name).Count == 0;

    static bool NeverRan(SupervisedProcess cell) =>
        cell.State.Phase == LifecyclePhase.Errored && cell.View.RecentExits.Count == 0;
}
