using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>shutdown</c>: stops everything, then the daemon itself. The answer is the last thing it says.</summary>
internal static class ShutdownHandler
{
    public static async Task<ShutdownResponse> Handle(DaemonContext context, Asker? asker)
    {
        var running = context.Supervisor.Views().Count(view => view.State.HasChild || view.State.Phase == LifecyclePhase.Waiting);
        context.Shutdown(asker);
        await context.ShutdownDone.Task;
        return new ShutdownResponse { Stopped = running };
    }
}
