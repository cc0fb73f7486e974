using System.Globalization;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Refuses a requested restart if the new child could not run, so that the current child is not stopped for it. An
/// automatic restart (after a crash, because of a watched file, by schedule) is retried instead, because a deployment
/// may be in progress.
/// </summary>
internal static class RestartCheck
{
    /// <summary>
    /// Whether there is a child that would be stopped: only then does it matter whether a new one could run.
    /// </summary>
    public static bool IsNeeded(LifecyclePhase phase) => phase is LifecyclePhase.Starting or LifecyclePhase.Online;

    /// <summary>Why the current child is kept; null if the restart may proceed.</summary>
    /// <param name="missingScript">A sentence about the missing script; null if it exists or none is needed.</param>
    /// <param name="pid">The current child's pid; null if unknown.</param>
    public static string? Problem(string? missingScript, int? pid)
    {
        if (missingScript is null) return null;
        var old = pid is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"the old one keeps running (pid {known})")
            : "the old one keeps running";
        return $"not restarted: {missingScript}; {old}";
    }
}
