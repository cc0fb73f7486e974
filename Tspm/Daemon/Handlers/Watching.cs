using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>A start is answered when the files are watched too: what is changed right after it counts.</summary>
internal static class Watching
{
    /// <summary>A tree that takes longer is watched all the same, but nobody waits for it.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Adds what cannot be watched to the notes.</summary>
    public static async Task Settle(DaemonContext context, IReadOnlyList<Supervisor.Pending> begun, List<string> notes)
    {
        var cells = begun.Select(pending => pending.Cell).Where(cell => cell.Definition.Config.Watch == true).ToList();
        if (cells.Count == 0) return;
        var ready = await context.Supervisor.Ask(supervisor => supervisor.Triggers.Watch.Ready(cells));
        await Task.WhenAny(ready, Task.Delay(Longest, context.Clock));
        // Asked on the supervisor's thread: what was said before is known there by then.
        notes.AddRange(await context.Supervisor.Ask(_ => cells.Where(cell => cell.View.WatchProblem is not null).Select(cell => $"'{cell.Definition.Name}': {cell.View.WatchProblem}").Distinct().ToList()));
    }
}
