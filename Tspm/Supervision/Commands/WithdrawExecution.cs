using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Withdraw"/>.</summary>
internal static class WithdrawExecution
{
    /// <returns>The save that makes the change durable; null if nothing was withdrawn.</returns>
    public static Task<string?>? Run(Supervisor supervisor, SupervisorCommand.Withdraw order)
    {
        var dropped = false;
        // Newest first, so that all their ids become free again.
        for (var i = order.Ids.Count - 1; i >= 0; i--)
        {
            if (!CanGo(supervisor, order.Ids[i])) continue;
            supervisor.Table.Withdraw(order.Ids[i]);
            dropped = true;
        }
        return dropped ? supervisor.Save() : null;
    }

    static bool CanGo(Supervisor supervisor, int id) =>
        supervisor.Table.Instances(id) is { } processes && processes.All(NeverRan)
        && supervisor.Dependencies.Dependents(processes[0].Definition.Name).Count == 0;

    static bool NeverRan(SupervisedProcess process) =>
        process.State.Phase == LifecyclePhase.Errored && process.View.RecentExits.Count == 0;
}
