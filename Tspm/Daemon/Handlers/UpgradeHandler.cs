using Tspm.Daemon.Control;
using Tspm.Daemon.Upgrading;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>upgrade</c>: tests the executable and then hands over to it. The answer is the last message of this version.
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
            // The other guardian uses this connection from now on, so nothing more is sent here until this process
            // ends.
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
    /// Tests the executable on its own thread: the test may wait several seconds for the program, and only few threads
    /// answer requests.
    /// </summary>
    public static Task<UpgradeCandidate> Prove(string path)
    {
        try
        {
            return Task.Factory.StartNew(() => UpgradeCandidate.Prove(path), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (OutOfMemoryException)
        {
            throw new RequestException(ErrorCode.Failed,
                "not upgraded, nothing was changed: cannot create a thread; this user has too many processes, or "
                    + "memory is low");
        }
    }
}
