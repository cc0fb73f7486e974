using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>shutdown</c>: stops all processes and then the daemon, which sends its answer right before it exits.
/// </summary>
internal sealed class ShutdownHandler() : Handler<ShutdownRequest, ShutdownResponse>(Methods.Shutdown)
{
    public override async Task<ShutdownResponse> Handle(DaemonContext context, ShutdownRequest request, Requester? by)
    {
        var before = context.Supervisor.Views();
        var running = before.Count(view => view.State.HasChild || view.State.Phase == LifecyclePhase.Waiting);
        context.Shutdown(by);
        await context.ShutdownDone.Task;
        return new ShutdownResponse { Stopped = running, Warnings = WarningsSince(before, context.Supervisor.Views()) };
    }

    static List<string>? WarningsSince(IReadOnlyList<ProcessView> before, IReadOnlyList<ProcessView> now)
    {
        var exitsBefore = before.ToDictionary(static view => view.Key, static view => view.RecentExits);
        var warnings = new List<string>();
        foreach (var view in now)
            if (exitsBefore.TryGetValue(view.Key, out var exits) && ChangeOutcomes.Warning(view, exits) is { } warning)
                warnings.Add($"{view.DisplayName}: {warning}");
        return warnings.Count > 0 ? warnings : null;
    }
}
