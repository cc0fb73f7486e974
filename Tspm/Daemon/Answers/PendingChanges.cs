using Tspm.Config;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>
/// What a child does not have yet of its definition: known from the config that it was started with, however many
/// changes there were since, and by whichever command.
/// </summary>
internal static class PendingChanges
{
    /// <summary>Fields that take effect at the next start; empty: none, or there is no child.</summary>
    public static IReadOnlyList<string> Of(ProcessView view) =>
        view.StartedWith is { } startedWith ? ApplyPlan.Pending(startedWith, view.Definition.Config) : [];
}
