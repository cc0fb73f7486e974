using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// What can happen to the guardian. Messages from the daemon, signals, the end of the daemon, the clock, and the
/// outcomes of its own actions.
/// </summary>
internal abstract record GuardianEvent
{
    /// <summary>The time that the state named in <see cref="GuardianState.Due"/> has come.</summary>
    public sealed record Due : GuardianEvent;

    /// <summary>Outcome of <see cref="GuardianAction.StartDaemon"/>: the daemon runs.</summary>
    public sealed record DaemonStarted : GuardianEvent;

    /// <summary>
    /// Outcome of <see cref="GuardianAction.StartDaemon"/>: no process could be made, or the home is not there.
    /// </summary>
    public sealed record StartFailed : GuardianEvent;

    /// <summary>The daemon answers clients.</summary>
    public sealed record Ready : GuardianEvent;

    /// <summary>The daemon ends because somebody wants it to.</summary>
    public sealed record LeaveAsked : GuardianEvent;

    /// <summary>The daemon ends for an upgrade.</summary>
    /// <param name="Executable">A descriptor of the executable to become, which belongs to the lifecycle from now
    /// on.</param>
    public sealed record UpgradeAsked(Descriptor Executable) : GuardianEvent;

    /// <summary>The daemon ends for a takeover.</summary>
    /// <param name="Successor">A connection to the guardian that takes over, which belongs to the lifecycle from now
    /// on.</param>
    public sealed record HandOverAsked(Descriptor Successor) : GuardianEvent;

    /// <summary>The daemon misses its home, or another guardian does (SIGURG).</summary>
    public sealed record HomeLost : GuardianEvent;

    /// <summary>SIGTERM, SIGINT or SIGQUIT.</summary>
    public sealed record Terminate : GuardianEvent;

    /// <summary>SIGHUP.</summary>
    public sealed record Hangup : GuardianEvent;

    /// <summary>The daemon was reaped, and everything that it had sent has been read.</summary>
    /// <param name="Pid">Its pid.</param>
    /// <param name="WaitStatus">As wait4 reports it.</param>
    /// <param name="IsStoreEmpty">No descriptor is kept: no child's output would be lost with the guardian.</param>
    /// <param name="Reason">What a daemon of a version on probation gave as its reason; null: nothing.</param>
    public sealed record DaemonDied(int Pid, int WaitStatus, bool IsStoreEmpty, string? Reason = null) : GuardianEvent;

    /// <summary>
    /// Outcome of <see cref="GuardianAction.ReExec"/> and <see cref="GuardianAction.RollBack"/>: this image goes on.
    /// </summary>
    public sealed record ReExecFailed(string Reason) : GuardianEvent;

    /// <summary>Outcome of <see cref="GuardianAction.GiveToSuccessor"/>: the successor has everything.</summary>
    public sealed record TakenOver : GuardianEvent;

    /// <summary>Outcome of <see cref="GuardianAction.GiveToSuccessor"/>: nothing has changed hands.</summary>
    public sealed record TakeoverFailed(string Problem) : GuardianEvent;
}
