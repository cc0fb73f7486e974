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
/// <c>events</c>: what has happened, from the files, then, when following, what happens. As with logs nothing is kept
/// for a slow reader but a position.
/// </summary>
internal sealed class EventsHandler() : ConnectionHandler<EventsRequest, EventsResponse>(Methods.Events)
{
    /// <summary>Longer than any disk that works takes to write what was told just now.</summary>
    static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(1);

    const int BatchBytes = 64 << 10;

    public override async Task<EventsResponse> Handle(
        DaemonContext context, EventsRequest request, ClientConnection connection)
    {
        try
        {
            // Subscribed before the files are read: what comes in between is found by its number.
            using var growth = context.EventGrowth.Follow();
            var begin = context.Events.Last;
            await Settled(context.Events, context.Clock);
            var query = EventQuery
                .Of(request, context.Clock.GetUtcNow(), () => Targets(context), context.Home.EventsFile);
            var past = query.Past();
            await Send(connection, past);
            var sent = past.Count;
            if (!request.Follow) return new EventsResponse { Events = sent };
            begin = past.Count > 0 ? Math.Max(begin, past[^1].Seq) : begin;
            // Where following begins, in case this daemon dies before anything happens.
            await connection.Heartbeat(new HeartbeatNotice
            {
                Seq = new Dictionary<string, long> { [EventSource.Stream] = begin },
            });
            var tail = new EventTail(context.Home.EventsFile, begin);
            sent += await Follow(tail, query, growth, connection);
            if (context.Changes.IsClosed)
                throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingSentence);
            return new EventsResponse { Events = sent };
        }
        catch (LogQueryException refused)
        {
            throw new RequestException(refused.Code, refused.Message, refused.Details);
        }
    }

    /// <summary>Until the client closes or sends anything.</summary>
    static async Task<int> Follow(EventTail tail, EventQuery query, LogGrowth.Subscription growth,
        ClientConnection connection)
    {
        var (sent, pulse) = (0, new StreamPulse());
        // Never disposed: the client may stir after the end, and there is no timer in it to give back.
        var ended = new CancellationTokenSource();
        var stirred = connection.WhenStirred().ContinueWith(_ => ended.Cancel(), TaskScheduler.Default);
        while (!ended.IsCancellationRequested)
        {
            growth.TakeGrown();
            var wanted = query.Choose(tail.ReadNew());
            await Send(connection, wanted);
            sent += wanted.Count;
            // Also while much happens that this one does not want to hear of.
            var isLate = wanted.Count == 0 && pulse.IsDue;
            if (isLate) await connection.Heartbeat(new HeartbeatNotice());
            if (isLate || wanted.Count > 0) pulse.Sent();
            try
            {
                await growth.Changed(pulse.Left, ended.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await stirred;
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

    /// <summary>All that was told is in the files, or cannot be written.</summary>
    public static async Task Settled(EventLog log, TimeProvider clock)
    {
        try
        {
            await log.Settled().WaitAsync(WritePatience, clock);
        }
        catch (TimeoutException)
        {
            // Then what is on disk has to do.
        }
    }

    static List<SelectorTarget> Targets(DaemonContext context)
    {
        var targets = new List<SelectorTarget>();
        foreach (var view in context.Supervisor.Views())
            targets.Add(SelectorTarget.Of(view.Definition, view.Key.Instance));
        return targets;
    }
}
