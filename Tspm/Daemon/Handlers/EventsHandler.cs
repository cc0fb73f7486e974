using System.Buffers;
using Tspm.Daemon.Control;
using Tspm.Daemon.Streams;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>events</c>: past events from the files, and new events while the client follows. As with logs, the daemon keeps
/// only a position for a slow reader.
/// </summary>
internal sealed class EventsHandler() : ConnectionHandler<EventsRequest, EventsResponse>(Methods.Events)
{
    /// <summary>How long to wait for pending events to be written; a working disk is faster.</summary>
    static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(1);

    const int BatchBytes = 64 << 10;

    public override async Task<EventsResponse> Handle(
        DaemonContext context, EventsRequest request, ClientConnection connection)
    {
        try
        {
            // Subscribes before the files are read; events that arrive in between are recognised by their number.
            using var changes = context.EventChanges.Follow();
            var begin = context.Events.Last;
            await Settled(context.Events, context.Clock);
            var query = EventQuery
                .From(request, context.Clock.GetUtcNow(), () => Targets(context), context.Home.EventsFile);
            var past = query.Past();
            await Send(connection, past);
            var sent = past.Count;
            if (!request.Follow) return new EventsResponse { Events = sent };
            begin = past.Count > 0 ? Math.Max(begin, past[^1].Seq) : begin;
            // Tells the client where following begins, in case this daemon dies before the next event.
            await connection.Heartbeat(new HeartbeatNotice
            {
                Seq = new Dictionary<string, long> { [EventSource.Stream] = begin },
            });
            var tail = new EventTail(context.Home.EventsFile, begin);
            sent += await Follow(tail, query, changes, context.Clock, connection);
            if (context.Changes.IsClosed)
                throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingMessage);
            return new EventsResponse { Events = sent };
        }
        catch (LogQueryException refused)
        {
            throw new RequestException(refused.Code, refused.Message, refused.Details);
        }
    }

    /// <summary>Sends new events until the client closes or sends anything.</summary>
    /// <returns>The number of events sent.</returns>
    static async Task<int> Follow(EventTail tail, EventQuery query, LogChangeNotifier.Subscription changes,
        TimeProvider clock, ClientConnection connection)
    {
        var (sent, pulse) = (0, new StreamPulse(clock));
        // Not disposed: the client may send something after the end, and the source has no timer to release.
        var ended = new CancellationTokenSource();
        var streamEnd = connection.WhenStreamEnds().ContinueWith(_ => ended.Cancel(), TaskScheduler.Default);
        while (!ended.IsCancellationRequested)
        {
            changes.TakeGrown();
            var wanted = query.Choose(tail.ReadNew());
            await Send(connection, wanted);
            sent += wanted.Count;
            // Needed even while many events happen that this client did not ask for.
            var isLate = wanted.Count == 0 && pulse.IsDue;
            if (isLate) await connection.Heartbeat(new HeartbeatNotice());
            if (isLate || wanted.Count > 0) pulse.Sent();
            try
            {
                await changes.Changed(pulse.Left, clock, ended.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await streamEnd;
        return sent;
    }

    static async Task Send(ClientConnection connection, List<ProcessEvent> events)
    {
        var batch = new ArrayBufferWriter<byte>();
        for (var i = 0; i < events.Count; i++)
        {
            batch.Write(Framing.Notification(Notifications.Event, events[i],
                WireJson.Default.RpcNotificationProcessEvent));
            if (batch.WrittenCount < BatchBytes && i < events.Count - 1) continue;
            await connection.Write(batch.WrittenMemory);
            batch.ResetWrittenCount();
        }
    }

    /// <summary>
    /// Waits until all recorded events are in the files, but not longer than a working disk would need.
    /// </summary>
    public static async Task Settled(EventLog log, TimeProvider clock)
    {
        try
        {
            await log.Settled().WaitAsync(WritePatience, clock);
        }
        catch (TimeoutException)
        {
            // Goes on with the events that are on disk.
        }
    }

    static List<SelectorTarget> Targets(DaemonContext context)
    {
        var targets = new List<SelectorTarget>();
        foreach (var view in context.Supervisor.Views())
            targets.Add(SelectorTarget.From(view.Definition, view.Key.Instance));
        return targets;
    }
}
