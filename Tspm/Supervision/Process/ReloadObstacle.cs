using System.Globalization;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>Why a process cannot be reloaded: phrases that continue a sentence about it.</summary>
internal static class ReloadObstacle
{
    public const string Deleted = "it was deleted";

    /// <summary>Checked before a reload begins.</summary>
    /// <returns>Null if it may begin.</returns>
    public static string? BeforeStart(IInstance process)
    {
        if (process.IsForgotten) return Deleted;
        return process.Replacing is null ? BeforeSpawn(process) : "it is already being reloaded";
    }

    /// <summary>Checked again during a reload, before the new child is started.</summary>
    /// <returns>Null if the reload may continue.</returns>
    public static string? BeforeSpawn(IInstance process) => process switch
    {
        { State.Phase: not LifecyclePhase.Online } => NotOnline(process),
        { LogsMove: not null } => "its log files are being renamed",
        // Its exit status may not be known yet. Its leftovers go first, and the restart policy decides what follows.
        { Current: null or { IsExitSeen: true } } => "its child has just exited",
        _ => null,
    };

    /// <summary>Which child is left after a new one has failed.</summary>
    public static string OldChildStays(IInstance process) => process.Current?.Child is { } child
        ? string.Create(CultureInfo.InvariantCulture, $"the old one keeps running (pid {child.Pid})")
        : "the old one is gone too";

    public static string NotOnline(IInstance process) => $"it is no longer online: {process.State.Reason}";
}
