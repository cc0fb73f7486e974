using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>upgrade</c>: proves the executable, then leaves to it. The answer is the last thing that this version says.</summary>
internal static class UpgradeHandler
{
    public static async Task<UpgradeResponse> Handle(DaemonContext context, UpgradeRequest request, ClientConnection connection)
    {
        if (context.IsShuttingDown) throw new ShuttingDownException();
        // It waits for another program, for seconds perhaps: not on the thread that answers.
        using var candidate = await Task.Run(() => UpgradeCandidate.Prove(request.Binary ?? UpgradeCandidate.OwnPath()));
        await context.Upgrade(candidate, connection);
        return new UpgradeResponse
        {
            Pid = System.Environment.ProcessId,
            FromVersion = ProductVersion.Current,
            ToVersion = candidate.Proof.Version,
            Binary = candidate.Path,
            Kept = context.Supervisor.Views().Count(view => view.State.HasChild),
        };
    }
}
