using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Upgrading;

/// <summary>
/// Ends this daemon in favour of another version: no change is half done, everything is saved, and every request that
/// arrived is answered. Then the daemon exits, which its successor handles like any other death of a daemon. Until the
/// guardian has the executable, the handoff can be cancelled.
/// </summary>
internal sealed class UpgradeHandoff(
    DaemonContext context, ControlSocket socket, GuardianChannel guardian, SupervisorLoop loop)
{
    /// <summary>How long to wait until no change is in progress: a stop may take as long as its timeout.</summary>
    static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(30);

    int _underWay;

    /// <summary>
    /// The guardian has the executable, so the handoff can no longer be cancelled. Only the supervisor's thread sets
    /// this.
    /// </summary>
    public bool IsCommitted { get; private set; }

    /// <summary>
    /// Hands over to the executable. On return the next daemon will run it, and this daemon exits as soon as the
    /// requester has its answer. Without an executable the requester is another guardian, which starts the next daemon
    /// and gets no answer from this one.
    /// </summary>
    /// <param name="candidate">The executable; null if the requester is a guardian that takes over.</param>
    /// <param name="requester">The connection that is answered last; null if a signal requested the upgrade.</param>
    /// <exception cref="RequestException">This daemon stays, and nothing has changed; the message says why.</exception>
    public async Task HandOver(UpgradeCandidate? candidate, ClientConnection? requester)
    {
        if (Interlocked.Exchange(ref _underWay, 1) == 1) throw NotUpgraded("another upgrade is in progress");
        var what = candidate is null
            ? "handover to another guardian"
            : $"upgrade to {candidate.Proof.Version} ({candidate.Path})";
        context.Log.LogInformation("{What} requested by {Requester}", what, requester?.Peer ?? "a signal");
        try
        {
            if (!await context.Changes.Close(ChangePatience))
                throw NotUpgraded("other changes were in progress for 30 s; wait until they are done, then try again");
            await socket.StopAccepting();
            context.Changes.Seal();
            // An unsaved state exists only in memory and would be lost with this daemon.
            if (await context.Supervisor.Order(new SupervisorCommand.Save()).Unwrap() is { } unsaved)
                throw NotUpgraded($"the state cannot be saved and would be lost ({unsaved})");
            await socket.CloseAllExcept(requester);
            await loop.Ask(() => Commit(candidate, requester));
        }
        catch
        {
            context.Changes.Open();
            socket.Start();
            Volatile.Write(ref _underWay, 0);
            throw;
        }
        if (candidate is null) loop.End();
        else _ = End(requester);
    }

    /// <summary>
    /// Passes the executable to the guardian. Runs on the supervisor's thread, as does a shutdown, so that only one of
    /// the two can begin.
    /// </summary>
    bool Commit(UpgradeCandidate? candidate, ClientConnection? requester)
    {
        if (context.IsShuttingDown) throw new ShuttingDownException();
        if (candidate is not null) guardian.Upgrade(candidate.Number);
        else guardian.HandOver(requester!.Descriptor);
        return IsCommitted = true;
    }

    async Task End(ClientConnection? requester)
    {
        requester?.FinishReading();
        await socket.Drain();
        context.Log.LogInformation("exiting for the upgrade");
        loop.End();
    }

    static RequestException NotUpgraded(string why) =>
        new(ErrorCode.Failed, $"not upgraded, nothing was changed: {why}");
}
