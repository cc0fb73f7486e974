using Tspm.Config;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>
/// Finds the config fields that a running child does not use yet, by comparing the definition with the config that the
/// child was started with. It does not matter how many changes there were in between, or which command made them.
/// </summary>
internal static class PendingChanges
{
    /// <summary>
    /// Returns the fields that take effect at the next start; empty if there are none, or no child runs.
    /// </summary>
    public static IReadOnlyList<string> FieldsOf(ProcessView view) =>
        view.StartedWith is { } startedWith ? ApplyPlan.Pending(startedWith, view.Definition.Config) : [];
}
