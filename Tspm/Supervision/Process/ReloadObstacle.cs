using System.Globalization;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>Why a process cannot be reloaded, as a phrase that goes on a sentence about it; null: it can.</summary>
internal static class ReloadObstacle
{
    public const string Deleted = "it was deleted";

    /// <summary>Asked before a reload begins.</summary>
    public static string? AtTheStart(IInstance process)
    {
        if (process.IsForgotten) return Deleted;
        return process.Replacing is null ? InTheMiddle(process) : "it is being reloaded already";
    }

    /// <summary>Asked once more in a reload, before the new child is started.</summary>
    public static string? InTheMiddle(IInstance process) => process switch
    {
        { State.Phase: not LifecyclePhase.Online } => NotOnline(process),
        // Seen to have ended, and how is not known yet: what it left behind goes first, and its restart policy decides.
        { LogsMove: not null } => "its log files are being renamed",
        { Current: null or { IsExitSeen: true } } => "its child has just ended",
        _ => null,
    };

    /// <summary>Which child goes on when a new one came to nothing.</summary>
    public static string OldChildStays(IInstance process) => process.Current?.Child is { } child
        ? string.Create(CultureInfo.InvariantCulture, $"the old one stays (pid {child.Pid})")
        : "the old one is gone too";

    public static string NotOnline(IInstance process) => $"it is not online any more: {process.State.Reason}";
}
