using Tspm.Boot;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>status</c>, <c>ping</c> and <c>hello</c>: how the daemon is.</summary>
internal static class StatusHandler
{
    public static Task<PingResponse> Ping(DaemonContext context, PingRequest request) =>
        Task.FromResult(new PingResponse { Pid = System.Environment.ProcessId, Version = ProductVersion.Current });

    public static Task<HelloResponse> Hello(DaemonContext context, HelloRequest request)
    {
        if (request.ProtocolVersion is { } theirs && theirs < ProtocolVersion.Oldest)
            throw new RequestException(ErrorCode.Failed,
                $"this daemon ({ProductVersion.Current}) speaks protocol {ProtocolVersion.Oldest} to {ProtocolVersion.Current}, the client speaks {theirs}: upgrade the client");
        return Task.FromResult(new HelloResponse
        {
            Version = ProductVersion.Current,
            ProtocolVersion = ProtocolVersion.Current,
            OldestProtocolVersion = ProtocolVersion.Oldest,
            Pid = System.Environment.ProcessId,
        });
    }

    public static Task<StatusResponse> Handle(DaemonContext context, StatusRequest request) => Task.FromResult(new StatusResponse
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
        Service = ServiceLook.Of(context.Home, context.GuardianPid),
        Troubles = context.Troubles(),
        UpgradeProblem = context.UpgradeProblem,
        DaemonDeaths = context.Deaths,
        Limits = context.Limits.All(),
        Counters = context.Counters.ForStatus(),
    });

    /// <summary>Every state is there, also with 0, so that a script need not know which ones exist.</summary>
    public static Dictionary<string, int> CountByState(DaemonContext context)
    {
        var counts = new Dictionary<string, int>();
        foreach (var state in StateNames.All) counts[StateNames.Of(state)] = 0;
        foreach (var view in context.Supervisor.Views()) counts[StateNames.Of(view.State.Observed)]++;
        return counts;
    }
}
