namespace Tspm.Protocol;

/// <summary>The methods of the control socket. A method's name is its verb.</summary>
internal static class Methods
{
    public const string Hello = "hello", Ping = "ping", Status = "status", List = "list", Describe = "describe", Env = "env",
        Search = "search", Start = "start", Add = "add", Apply = "apply", Stop = "stop", Restart = "restart", Reload = "reload", Delete = "delete", Signal = "signal",
        Reset = "reset", Rename = "rename", Set = "set", Scale = "scale", Flush = "flush", Reopen = "reopen", Send = "send", Logs = "logs", Events = "events", Metrics = "metrics", Shutdown = "shutdown", Upgrade = "upgrade";

    /// <summary>All of them.</summary>
    public static readonly string[] All =
    [
        Hello, Ping, Status, List, Describe, Env, Search, Start, Add, Apply, Stop, Restart, Reload, Delete, Signal, Reset, Rename, Set, Scale, Flush, Reopen, Send, Logs, Events, Metrics, Shutdown, Upgrade,
    ];

    /// <summary>Notifications of a stream.</summary>
    public const string LogLine = "log", Event = "event", Heartbeat = "heartbeat";
}
