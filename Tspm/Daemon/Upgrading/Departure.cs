using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Upgrading;

/// <summary>
/// How this version leaves for another one: nothing half done, nothing unsaved, every request that reached it answered,
/// and then an end like any other death of a daemon, for which everything is prepared at every instant. Until the
/// executable is in the guardian's hands all of it can be taken back.
/// </summary>
internal sealed class Departure(
    DaemonContext context, ControlSocket socket, GuardianChannel guardian, SupervisorLoop loop)
{
    /// <summary>How long to wait for a moment in which nothing is being changed; a stop may take its timeout.</summary>
    static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(30);

    int _underWay;

    /// <summary>
    /// The executable is in the guardian's hands: no way back. Only the supervisor's thread writes it.
    /// </summary>
    public bool IsDecided { get; private set; }

    /// <summary>
    /// On return the next daemon will be of that executable, and this one ends as soon as the requester has its answer.
    /// Without an executable the requester is another guardian, whose daemon the next one will be: it gets no answer
    /// from here.
    /// </summary>
    /// <param name="candidate">The executable; null: the requester takes over.</param>
    /// <param name="requester">Who is answered last; null: it was a signal.</param>
    /// <exception cref="RequestException">It stays; the sentence says why. Nothing has changed.</exception>
    public async Task Leave(UpgradeCandidate? candidate, ClientConnection? requester)
    {
        if (Interlocked.Exchange(ref _underWay, 1) == 1) throw Stays("another upgrade is under way");
        context.Log.LogInformation("{What} asked for by {Requester}",
            candidate is null ? "handing over" : $"upgrade to {candidate.Proof.Version} ({candidate.Path})",
                requester?.Peer ?? "a signal");
        try
        {
            if (!await context.Changes.Close(ChangePatience))
                throw Stays("for half a minute something was always being changed; try again when it is quieter");
            await socket.StopAccepting();
            context.Changes.Seal();
            // Refused while that cannot be saved: what is only in memory would be gone with it.
            if (await context.Supervisor.Order(new SupervisorCommand.Save()).Unwrap() is { } unsaved)
                throw Stays($"the state cannot be saved ({unsaved}), and would be lost");
            await socket.Quiet(requester);
            await loop.Ask(() => Decide(candidate, requester));
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

    /// <summary>On the supervisor's thread, where a shutdown begins too: one of the two comes first.</summary>
    bool Decide(UpgradeCandidate? candidate, ClientConnection? requester)
    {
        if (context.IsShuttingDown) throw new ShuttingDownException();
        if (candidate is not null) guardian.Upgrade(candidate.Number);
        else guardian.HandOver(requester!.Descriptor);
        return IsDecided = true;
    }

    async Task End(ClientConnection? requester)
    {
        requester?.FinishReading();
        await socket.Drained();
        context.Log.LogInformation("leaving for another version");
        loop.End();
    }

    static RequestException Stays(string why) => new(ErrorCode.Failed, $"not upgraded, nothing was touched: {why}");
}
