using Tspm.Daemon.Control;
using Tspm.Daemon.Upgrading;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>upgrade</c>: proves the executable, then leaves to it. The answer is the last thing that this version says.
/// </summary>
internal sealed class UpgradeHandler() : ConnectionHandler<UpgradeRequest, UpgradeResponse>(Methods.Upgrade)
{
    public override async Task<UpgradeResponse> Handle(
        DaemonContext context, UpgradeRequest request, ClientConnection connection)
    {
        if (context.IsShuttingDown) throw new ShuttingDownException();
        if (request.HandOver)
        {
            await context.Upgrade(null, connection);
            // The guardian goes on with this connection: nothing more is said on it here, and this process ends.
            await new TaskCompletionSource().Task;
        }
        using var candidate = await Prove(request.Binary ?? UpgradeCandidate.OwnPath());
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

    /// <summary>
    /// It waits for another program, for seconds perhaps: on a thread of its own, because those that answer are few.
    /// </summary>
    public static Task<UpgradeCandidate> Prove(string path)
    {
        try
        {
            return Task.Factory
                .StartNew(() => UpgradeCandidate.Prove(path), CancellationToken.None, TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
        }
        catch (OutOfMemoryException)
        {
            throw new RequestException(ErrorCode.Failed,
                "not upgraded, nothing was touched: no thread could be made; this user has too many processes, or "
                    + "there is too little memory");
        }
    }
}
