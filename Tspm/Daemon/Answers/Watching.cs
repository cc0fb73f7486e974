using Tspm.Supervision;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Answers;

/// <summary>A start is answered when the files are watched too: what is changed right after it counts.</summary>
internal static class Watching
{
    /// <summary>A tree that takes longer is watched all the same, but nobody waits for it.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Adds what cannot be watched to the notes.</summary>
    public static async Task Settle(DaemonContext context, IReadOnlyList<PendingChange> begun, List<string> notes)
    {
        var watched = begun.Where(static pending => pending.View.Definition.Config.Watch == true).ToList();
        if (watched.Count == 0) return;
        var ready = await context.Supervisor.Ask(new SupervisorQuery.Watched { Among = watched });
        await Task.WhenAny(ready, Task.Delay(Longest, context.Clock));
        // Asked on the supervisor's thread: what was said before is known there by then.
        var views = await context.Supervisor.Ask(new SupervisorQuery.Present { Of = watched });
        notes.AddRange(views.Where(static view => view.WatchProblem is not null)
            .Select(static view => $"'{view.Definition.Name}': {view.WatchProblem}").Distinct());
    }
}
