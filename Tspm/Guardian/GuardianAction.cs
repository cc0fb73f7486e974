using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// What the guardian does after a transition, in the order of the list. An action whose outcome is an event of its own
/// is the last of its list.
/// </summary>
internal abstract record GuardianAction
{
    /// <summary>
    /// Starts a daemon; answered by <see cref="GuardianEvent.DaemonStarted"/> or <see
    /// cref="GuardianEvent.StartFailed"/>.
    /// </summary>
    public sealed record StartDaemon : GuardianAction;

    /// <summary>SIGKILL: it has not answered, or not ended, in time.</summary>
    public sealed record KillDaemon : GuardianAction;

    /// <summary>Sends the daemon a signal.</summary>
    public sealed record ForwardSignal(int Signal) : GuardianAction;

    /// <summary>Drops what was needed only until a daemon answered, and begins what needs one.</summary>
    public sealed record FinishStart : GuardianAction;

    /// <summary>Makes the home again, and tells the daemon what came of it.</summary>
    public sealed record RestoreHome : GuardianAction;

    /// <summary>Counts an unplanned death, for status and for the event log.</summary>
    /// <param name="Consecutive">How many daemons have failed in a row, this one included.</param>
    public sealed record RecordDeath(int Pid, int WaitStatus, int Consecutive) : GuardianAction;

    /// <summary>Tells whoever waits for the first daemon that it died, and that the next one is on its way.</summary>
    public sealed record ReportFirstDeath(int WaitStatus) : GuardianAction;

    /// <summary>Becomes the executable; answered by <see cref="GuardianEvent.ReExecFailed"/> or not at all.</summary>
    public sealed record ReExec(Descriptor Executable) : GuardianAction;

    /// <summary>
    /// Becomes the former executable again; answered by <see cref="GuardianEvent.ReExecFailed"/> or not at all.
    /// </summary>
    public sealed record RollBack(Descriptor Former, string Problem) : GuardianAction;

    /// <summary>
    /// Gives everything to another guardian; answered by <see cref="GuardianEvent.TakenOver"/> or <see
    /// cref="GuardianEvent.TakeoverFailed"/>.
    /// </summary>
    public sealed record GiveToSuccessor(Descriptor Successor) : GuardianAction;

    /// <summary>What status says about the last upgrade from now on.</summary>
    public sealed record SetUpgradeProblem(string Problem) : GuardianAction;

    /// <summary>Closes a descriptor that the lifecycle was given.</summary>
    public sealed record Close(Descriptor Descriptor) : GuardianAction;

    /// <summary>Removes the control socket's file, which leads to nobody from now on.</summary>
    public sealed record RemoveSocket : GuardianAction;

    /// <summary>Removes the note about daemon deaths.</summary>
    public sealed record RemoveDeathNote : GuardianAction;

    /// <summary>Waits until the last lines of the logs are on standard output.</summary>
    public sealed record FinishLogs : GuardianAction;
}

/// <summary>Where the guardian goes, and what it does on the way.</summary>
internal readonly record struct GuardianTransition(GuardianState State, params GuardianAction[] Actions);
