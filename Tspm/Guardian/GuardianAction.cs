using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// What the guardian does after a transition, in the order of the list. An action whose outcome is itself an event
/// comes last in its list.
/// </summary>
internal abstract record GuardianAction
{
    /// <summary>
    /// Starts a daemon. The outcome is <see cref="GuardianEvent.DaemonStarted"/> or <see
    /// cref="GuardianEvent.StartFailed"/>.
    /// </summary>
    public sealed record StartDaemon : GuardianAction;

    /// <summary>Sends SIGKILL to a daemon that has not answered, or not ended, in time.</summary>
    public sealed record KillDaemon : GuardianAction;

    /// <summary>Sends the daemon a signal.</summary>
    public sealed record ForwardSignal(int Signal) : GuardianAction;

    /// <summary>
    /// Releases everything that was needed only until the daemon answered, and starts what needs a daemon.
    /// </summary>
    public sealed record FinishStart : GuardianAction;

    /// <summary>Recreates the home, and sends the result to the daemon.</summary>
    public sealed record RestoreHome : GuardianAction;

    /// <summary>Counts an unplanned death, for <c>tspm status</c> and the event log.</summary>
    /// <param name="Consecutive">Number of consecutive failures, including this one.</param>
    public sealed record RecordDeath(int Pid, int WaitStatus, int Consecutive) : GuardianAction;

    /// <summary>
    /// Reports the death of the first daemon to the process that waits for it; the next daemon will be started.
    /// </summary>
    public sealed record ReportFirstDeath(int WaitStatus) : GuardianAction;

    /// <summary>
    /// Executes another version in place. Returns only on failure, with <see cref="GuardianEvent.ReExecFailed"/>.
    /// </summary>
    public sealed record ReExec(Descriptor Executable) : GuardianAction;

    /// <summary>
    /// Executes the previous version again. Returns only on failure, with <see cref="GuardianEvent.ReExecFailed"/>.
    /// </summary>
    public sealed record RollBack(Descriptor Former, string Problem) : GuardianAction;

    /// <summary>
    /// Gives everything to another guardian. The outcome is <see cref="GuardianEvent.TakenOver"/> or <see
    /// cref="GuardianEvent.TakeoverFailed"/>.
    /// </summary>
    public sealed record GiveToSuccessor(Descriptor Successor) : GuardianAction;

    /// <summary>Sets what <c>tspm status</c> says about the last upgrade.</summary>
    public sealed record SetUpgradeProblem(string Problem) : GuardianAction;

    /// <summary>Closes a descriptor that came with an event.</summary>
    public sealed record Close(Descriptor Descriptor) : GuardianAction;

    /// <summary>Removes the file of the control socket, because nobody listens on it any more.</summary>
    public sealed record RemoveSocket : GuardianAction;

    /// <summary>Removes the note about daemon deaths.</summary>
    public sealed record RemoveDeathNote : GuardianAction;

    /// <summary>Waits until the last log lines have been copied to standard output.</summary>
    public sealed record FinishLogs : GuardianAction;
}

/// <summary>The new state, and the actions to perform.</summary>
internal readonly record struct GuardianTransition(GuardianState State, params GuardianAction[] Actions);
