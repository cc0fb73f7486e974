namespace Tspm.Model.State;

/// <summary>The kinds of events: the values of <see cref="ProcessEvent.Kind"/>.</summary>
internal static class EventKind
{
    /// <summary>Events in the life of an instance, in the order in which they occur.</summary>
    public const string PreStart = "preStart", Started = "started", Restarted = "restarted", Ready = "ready",
        Unfit = "unfit", Stopping = "stopping", Killed = "killed",
        Exited = "exited", Stopped = "stopped", Waiting = "waiting", Errored = "errored", Failed = "failed";

    /// <summary>
    /// A new process was discarded because its program could not be started. Its id is free again: later events with
    /// that id are about another process.
    /// </summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>
    /// Events of a reload: a new child was started next to the old one; it replaced the old one; or the reload failed
    /// and the old one keeps running.
    /// </summary>
    public const string Reloading = "reloading", Reloaded = "reloaded", ReloadFailed = "reloadFailed";

    /// <summary>Leftover processes of a child did not end in time and were killed.</summary>
    public const string Leftovers = "leftovers";

    /// <summary>An exit turned out to have another cause: the kernel killed the child because memory ran out.</summary>
    public const string OutOfMemory = "outOfMemory";

    /// <summary>A hook failed, or was not run.</summary>
    public const string HookFailed = "hookFailed";

    /// <summary>A user or program requested a change.</summary>
    public const string Request = "request";

    public const string DaemonStarted = "daemonStarted", DaemonStopped = "daemonStopped";

    /// <summary>The home folder was removed or moved while the daemon was running, and was created again.</summary>
    public const string HomeLost = "homeLost";

    /// <summary>Earlier daemons died unexpectedly, and this is the first one that can report it.</summary>
    public const string DaemonDied = "daemonDied";

    /// <summary>The daemon could not write its data (a full disk), or can write again.</summary>
    public const string Trouble = "trouble", TroubleOver = "troubleOver";

    /// <summary>Events are missing at this point of the record.</summary>
    public const string Lost = "lost";

    /// <summary>All kinds, roughly in the order in which they occur.</summary>
    public static readonly string[] All =
    [
        PreStart, Started, Restarted, Ready, Unfit, Stopping, Killed, Exited, Stopped, Waiting, Errored, Failed,
        Withdrawn, Reloading, Reloaded, ReloadFailed, Leftovers, OutOfMemory, HookFailed, Request, DaemonStarted,
        DaemonStopped, DaemonDied, HomeLost, Trouble, TroubleOver, Lost,
    ];
}
