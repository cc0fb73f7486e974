namespace Tspm.Model.State;

/// <summary>What happened: the values of <see cref="ProcessEvent.Kind"/>.</summary>
internal static class EventKind
{
    /// <summary>Of an instance's life, in the order in which they come.</summary>
    public const string PreStart = "preStart", Started = "started", Restarted = "restarted", Ready = "ready",
        Unfit = "unfit", Stopping = "stopping", Killed = "killed",
        Exited = "exited", Stopped = "stopped", Waiting = "waiting", Errored = "errored", Failed = "failed";

    /// <summary>
    /// A new process whose program could not be started was not kept. Its id is free again: later events with that id
    /// are about another process.
    /// </summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>
    /// Of a reload: a new child was started beside the old one; it has taken its place; or it has not, and the old one
    /// goes on.
    /// </summary>
    public const string Reloading = "reloading", Reloaded = "reloaded", ReloadFailed = "reloadFailed";

    /// <summary>Processes that a child left behind did not end in time and were killed.</summary>
    public const string Leftovers = "leftovers";

    /// <summary>An exit has another cause than was thought: the kernel ended it because memory ran out.</summary>
    public const string OutOfMemory = "outOfMemory";

    /// <summary>A hook failed, or was not run.</summary>
    public const string HookFailed = "hookFailed";

    /// <summary>Somebody asked the daemon to change something.</summary>
    public const string Request = "request";

    public const string DaemonStarted = "daemonStarted", DaemonStopped = "daemonStopped";

    /// <summary>The home was removed or moved under the daemon, and made again.</summary>
    public const string HomeLost = "homeLost";

    /// <summary>Earlier daemons died unplanned, and this is the first one that can say so.</summary>
    public const string DaemonDied = "daemonDied";

    /// <summary>The daemon could not write what it has to (a full disk), and can again.</summary>
    public const string Trouble = "trouble", TroubleOver = "troubleOver";

    /// <summary>Events are missing here.</summary>
    public const string Lost = "lost";

    /// <summary>In the order of their lives.</summary>
    public static readonly string[] All =
    [
        PreStart, Started, Restarted, Ready, Unfit, Stopping, Killed, Exited, Stopped, Waiting, Errored, Failed,
        Withdrawn, Reloading, Reloaded, ReloadFailed, Leftovers, OutOfMemory, HookFailed, Request, DaemonStarted,
        DaemonStopped, DaemonDied, HomeLost, Trouble, TroubleOver, Lost,
    ];
}
