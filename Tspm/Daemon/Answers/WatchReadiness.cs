using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Supervision;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Answers;

/// <summary>
/// Delays the answer to a start until the files of the process are watched, so that a change right after the answer
/// causes a restart.
/// </summary>
internal static class WatchReadiness
{
    /// <summary>How long to wait. A larger tree is still watched, but the answer does not wait for it.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Waits until the files are watched, and adds a note for each process whose files cannot be.</summary>
    public static async Task Await(DaemonContext context, IReadOnlyList<PendingChange> begun, List<string> notes)
    {
        var watched = begun.Where(static pending => pending.View.Definition.Config.Watch == true).ToList();
        if (watched.Count == 0) return;
        var ready = await context.Supervisor.Ask(new SupervisorQuery.Watched { Among = watched });
        await Task.WhenAny(ready, Task.Delay(Timeout, context.Clock));
        // The supervisor's thread handles this query after every problem that was posted to it before.
        var views = await context.Supervisor.Ask(new SupervisorQuery.Present { Of = watched });
        notes.AddRange(views.Where(static view => view.WatchProblem is not null)
            .Select(static view => $"'{view.Definition.Name}': {view.WatchProblem}").Distinct());
        notes.AddRange(views.SelectMany(static view => MissingPaths(view.Definition.Config)).Distinct());
    }

    static IEnumerable<string> MissingPaths(ProcessConfig config) =>
        MissingParts.WatchPaths(config, config.ProjectDir ?? "/")
            .Select(sentence => MissingParts.Warning(config, sentence));
}
