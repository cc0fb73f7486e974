using System.Globalization;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Starting;

/// <summary>
/// What somebody asks to be restarted is not stopped for a new child that could not run. What restarts by itself (a
/// crash, a watched file, a schedule) is tried again instead: a deployment may be half way.
/// </summary>
internal static class RestartCheck
{
    /// <summary>There is a child that would be stopped: only then it matters whether a new one could run.</summary>
    public static bool IsNeeded(LifecyclePhase phase) => phase is LifecyclePhase.Starting or LifecyclePhase.Online;

    /// <summary>Why the present child goes on; null: nothing is in the way.</summary>
    /// <param name="missingScript">A sentence about the script that is not there; null: it is, or need not be.</param>
    /// <param name="pid">Of the present child; null: not known.</param>
    public static string? Problem(string? missingScript, int? pid)
    {
        if (missingScript is null) return null;
        var old = pid is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"the old one stays (pid {known})") : "the old one stays";
        return $"not restarted: {missingScript}; {old}";
    }
}
