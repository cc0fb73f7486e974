namespace Tspm.Model;

/// <summary>What happened: the values of <see cref="ProcessEvent.Kind"/>.</summary>
internal static class EventKind
{
    /// <summary>Of an instance's life, in the order in which they come.</summary>
    public const string PreStart = "preStart", Started = "started", Restarted = "restarted", Ready = "ready", Unfit = "unfit", Stopping = "stopping", Killed = "killed",
        Exited = "exited", Stopped = "stopped", Waiting = "waiting", Errored = "errored", Failed = "failed";

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
}

/// <summary>Why: the values of <see cref="ProcessEvent.Cause"/>. A word is there only when that cause was observed.</summary>
internal static class EventCause
{
    /// <summary>A child ended by itself, with a failure or without.</summary>
    public const string Crash = "crash", Exit = "exit";

    /// <summary>A child ended well and left the server that it started running in the background.</summary>
    public const string Background = "background";

    public const string User = "user", Shutdown = "shutdown", Daemon = "daemon", Memory = "memory", OutOfMemory = "outOfMemory", Health = "health", Watchdog = "watchdog", NotReady = "notReady",
        Watch = "watch", Schedule = "schedule", Dependency = "dependency", Spawn = "spawn";
}
