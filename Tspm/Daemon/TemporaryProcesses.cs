using Microsoft.Extensions.Logging;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>
/// The processes that exist only as long as a client wants them (<c>tspm run</c>). The client holds them by following
/// their logs. When its connection ends while a child runs, the process is stopped and deleted at once. A process that
/// nobody holds, because its client or the daemon died in between, is deleted after <see cref="Patience"/>.
/// </summary>
internal sealed class TemporaryProcesses(DaemonContext context)
{
    /// <summary>How long a process is kept for a client that may come, or come back after a daemon's death.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How many connections hold a process, by its id. Locked while it is used.</summary>
    readonly Dictionary<int, int> _holders = [];

    /// <summary>Waits for clients to hold the temporary processes that an earlier daemon left.</summary>
    public void ExpectAll()
    {
        foreach (var id in Ids(static _ => true)) Expect(id);
    }

    /// <summary>Waits for a client to hold a process, and deletes the process if none does.</summary>
    public void Expect(int id) => _ = DeleteLater(id);

    /// <summary>Notes that a connection holds the temporary ones among these processes.</summary>
    /// <returns>Their ids, for <see cref="Release"/>.</returns>
    public IReadOnlyList<int> Hold(IEnumerable<int> ids)
    {
        var wanted = ids.ToHashSet();
        var held = Ids(wanted.Contains);
        lock (_holders)
            foreach (var id in held) _holders[id] = _holders.GetValueOrDefault(id) + 1;
        return held;
    }

    /// <summary>The connection that held these processes has ended.</summary>
    public void Release(IReadOnlyList<int> held)
    {
        foreach (var id in held)
        {
            if (!IsLast(id)) continue;
            // One that has ended is left for its client, which still reads the last lines. In an upgrade, the client
            // comes back to the next daemon, or to this one if the upgrade fails.
            var isRunning = Find(id) is { State.Observed: not (ProcessState.Stopped or ProcessState.Errored) };
            if (isRunning && !context.Changes.IsClosed) _ = Delete(id);
            else Expect(id);
        }
    }

    /// <summary>Takes one holder away, and returns whether none is left.</summary>
    bool IsLast(int id)
    {
        lock (_holders)
        {
            var left = _holders[id] - 1;
            if (left > 0) _holders[id] = left;
            else _holders.Remove(id);
            return left == 0;
        }
    }

    async Task DeleteLater(int id)
    {
        await Task.Delay(Patience, context.Clock);
        bool isHeld;
        lock (_holders) isHeld = _holders.ContainsKey(id);
        if (!isHeld) await Delete(id);
    }

    /// <summary>Stops and deletes a process. At its end, the daemon leaves that to the next one.</summary>
    async Task Delete(int id)
    {
        if (context.IsShuttingDown || context.Changes.IsClosed || Find(id) is not { } view) return;
        try
        {
            var deleted = await context.Supervisor.Order(new SupervisorCommand.Delete
            {
                Selectors = [view.Definition.Name],
                WithLogs = true,
            });
            await Task.WhenAll(deleted.Gone);
        }
        catch (Exception refused) when (refused is NoSuchProcessException or OrderRefusedException)
        {
            context.Log.LogWarning("{Name} was started by 'tspm run' and its client is gone; it cannot be deleted: "
                + "{Reason}", view.Definition.Name, refused.Message);
        }
    }

    ProcessView? Find(int id)
    {
        foreach (var view in context.Supervisor.Views())
            if (view.Definition is { IsTemporary: true } definition && definition.Id == id) return view;
        return null;
    }

    List<int> Ids(Func<int, bool> isWanted) =>
        [.. context.Supervisor.Views().Where(static view => view.Definition.IsTemporary)
            .Select(static view => view.Definition.Id).Where(isWanted).Distinct()];
}
