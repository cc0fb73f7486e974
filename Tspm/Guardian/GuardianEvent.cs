using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// The events of the guardian's lifecycle: messages from the daemon, signals, the death of the daemon, the clock, and
/// the outcomes of the guardian's own actions.
/// </summary>
internal abstract record GuardianEvent
{
    /// <summary>The time of <see cref="GuardianState.Due"/> has come.</summary>
    public sealed record Due : GuardianEvent;

    /// <summary>Outcome of <see cref="GuardianAction.StartDaemon"/>: the daemon runs.</summary>
    public sealed record DaemonStarted : GuardianEvent;

    /// <summary>
    /// Outcome of <see cref="GuardianAction.StartDaemon"/>: no process could be created, or the home is missing.
    /// </summary>
    public sealed record StartFailed : GuardianEvent;

    /// <summary>The daemon answers clients.</summary>
    public sealed record Ready : GuardianEvent;

    /// <summary>The daemon is ending on request.</summary>
    public sealed record LeaveAsked : GuardianEvent;

    /// <summary>The daemon is ending for an upgrade.</summary>
    /// <param name="Executable">The executable of the new version; the lifecycle now owns this descriptor.</param>
    public sealed record UpgradeAsked(Descriptor Executable) : GuardianEvent;

    /// <summary>The daemon is ending for a takeover.</summary>
    /// <param name="Successor">A connection to the guardian that takes over; the lifecycle now owns this
    /// descriptor.</param>
    public sealed record HandOverAsked(Descriptor Successor) : GuardianEvent;

    /// <summary>The daemon, or another guardian by SIGURG, reports that the home is missing.</summary>
    public sealed record HomeLost : GuardianEvent;

    /// <summary>SIGTERM, SIGINT or SIGQUIT.</summary>
    public sealed record Terminate : GuardianEvent;

    /// <summary>SIGHUP.</summary>
    public sealed record Hangup : GuardianEvent;

    /// <summary>The daemon was reaped, and all its messages have been read.</summary>
    /// <param name="Pid">Its pid.</param>
    /// <param name="WaitStatus">Its wait status (man 2 wait4).</param>
    /// <param name="IsStoreEmpty">Whether the descriptor store is empty, so that no output of a child would be lost if
    /// the guardian ended.</param>
    /// <param name="Reason">The reason given by a daemon on probation; null: none was given.</param>
    public sealed record DaemonDied(int Pid, int WaitStatus, bool IsStoreEmpty, string? Reason = null) : GuardianEvent;

    /// <summary>
    /// Outcome of <see cref="GuardianAction.ReExec"/> and <see cref="GuardianAction.RollBack"/>: this version keeps
    /// running.
    /// </summary>
    public sealed record ReExecFailed(string Reason) : GuardianEvent;

    /// <summary>Outcome of <see cref="GuardianAction.GiveToSuccessor"/>: the successor has everything.</summary>
    public sealed record TakenOver : GuardianEvent;

    /// <summary>Outcome of <see cref="GuardianAction.GiveToSuccessor"/>: this guardian still has everything.</summary>
    public sealed record TakeoverFailed(string Problem) : GuardianEvent;
}
