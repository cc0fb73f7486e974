namespace Tspm.Protocol;

/// <summary>The names of the messages that a stream sends before its answer.</summary>
internal static class Notifications
{
    public const string Log = "log", Event = "event", Heartbeat = "heartbeat";
}
