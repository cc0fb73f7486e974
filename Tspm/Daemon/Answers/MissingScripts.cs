using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Answers;

/// <summary>
/// Checks before an order that the scripts it needs exist. The answer may take as long as the file system does: neither
/// the supervisor nor a thread that answers requests waits for it.
/// </summary>
internal static class MissingScripts
{
    /// <summary>Which scripts of these configs are missing.</summary>
    public static Task<IReadOnlySet<NeededScript>> Among(DaemonContext context, IEnumerable<ProcessConfig> configs) =>
        Find(context, MissingScript.NeededBy(configs));

    /// <summary>Which scripts are missing that the restart of selected processes depends on.</summary>
    public static async Task<IReadOnlySet<NeededScript>> ForRestart(
        DaemonContext context, IReadOnlyList<string> selectors) =>
        await Find(context, await context.Supervisor.Ask(
            new SupervisorQuery.ScriptsToRestart { Selectors = selectors }));

    static Task<IReadOnlySet<NeededScript>> Find(DaemonContext context, IReadOnlySet<NeededScript> scripts)
    {
        var found = new TaskCompletionSource<IReadOnlySet<NeededScript>>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        context.StartFiles.FindMissing(scripts, found.SetResult);
        return found.Task;
    }
}
