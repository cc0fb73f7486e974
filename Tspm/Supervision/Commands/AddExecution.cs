using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Carries out <see cref="SupervisorCommand.Add"/>.</summary>
internal static class AddExecution
{
    public static ChangedProcesses Run(Supervisor supervisor, SupervisorCommand.Add order)
    {
        foreach (var config in order.Define)
        {
            if (supervisor.Table.ByName(config.Name!) is not null) throw OrderChecks.AlreadyDefined(config.Name!);
            if (supervisor.Table.NameProblem(config.Name!) is { } taken) throw new OrderRefusedException(taken);
        }
        OrderChecks.Dependencies(supervisor.Table, order.Define);
        var added = new List<SupervisedProcess>();
        var caller = order.Caller;
        foreach (var config in order.Define)
            added.AddRange(supervisor.Define(
                config, caller.Environment, caller.OpenFilesLimit, launch: caller.Launch, project: order.Project));
        return new ChangedProcesses(added, new BegunChanges([], supervisor.Save()));
    }
}
