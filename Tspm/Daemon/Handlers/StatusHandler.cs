using Tspm.Boot;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>status</c>: the state of the daemon itself.</summary>
internal sealed class StatusHandler() : Handler<StatusRequest, StatusResponse>(Methods.Status)
{
    public override Task<StatusResponse> Handle(
        DaemonContext context, StatusRequest request, Requester? by) => Task.FromResult(new StatusResponse
        {
            Running = true,
            Pid = System.Environment.ProcessId,
            GuardianPid = context.GuardianPid,
            Version = ProductVersion.Current,
            ProtocolVersion = ProtocolVersion.Current,
            UptimeMs = (long)(context.Monotonic() - context.StartedMonotonic).TotalMilliseconds,
            SocketPath = context.Home.SocketPath,
            Home = context.Home.Path,
            MemoryBytes = context.Readings.MemoryOf(System.Environment.ProcessId, context.GuardianPid),
            Processes = CountByState(context),
            Service = ServiceStatusReader.Read(context.Home, context.GuardianPid),
            Troubles = context.Troubles(),
            UpgradeProblem = context.UpgradeProblem,
            DaemonDeaths = context.Deaths,
            Limits = context.Limits.All(),
            Counters = context.Counters.ForStatus(),
        });

    /// <summary>
    /// Counts the instances in each state. Every state is included, even with 0, so that scripts need not know which
    /// states exist.
    /// </summary>
    public static Dictionary<string, int> CountByState(DaemonContext context)
    {
        var counts = new Dictionary<string, int>();
        foreach (var state in StateNames.All) counts[StateNames.NameOf(state)] = 0;
        foreach (var view in context.Supervisor.Views()) counts[StateNames.NameOf(view.State.Observed)]++;
        return counts;
    }
}
