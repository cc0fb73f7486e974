using Tspm.Client.Connection;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Feeds;

/// <summary>Follows the events of all processes, and misses none while the daemon is replaced.</summary>
/// <param name="session">Connects to the daemon.</param>
/// <param name="inbox">Receives the events.</param>
/// <param name="onNews">Called after each event that has just happened.</param>
internal sealed class EventFeed(ClientSession session, MonitInbox inbox, Action onNews) : DaemonFeed(session, inbox)
{
    /// <summary>The number of past events to read at the beginning.</summary>
    public const int PastEvents = 500;

    long? _last;

    protected override void Read(DaemonClient daemon)
    {
        var request = new EventsRequest { Lines = PastEvents, Follow = true, After = _last };
        var isPast = true;
        daemon.Stream(Methods.Events, request, notification =>
        {
            if (notification.Method == Notifications.Event)
            {
                var happened = notification.ReadParams(Wire.Json.ProcessEvent);
                _last = happened.Seq;
                Post(model => model.Add(happened));
                if (!isPast) onNews();
            }
            else if (notification.Method == Notifications.Heartbeat)
            {
                isPast = false;
                var begin = notification.ReadParams(Wire.Json.HeartbeatNotice).Seq;
                if (begin is not null && begin.TryGetValue(Notifications.Event, out var seq)) _last ??= seq;
            }
            return !HasEnded;
        }, follows: true);
    }
}
