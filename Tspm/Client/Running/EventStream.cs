using Tspm.Client.Connection;
using Tspm.Client.Offline;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// Reads events over the control socket, as <see cref="LogStream"/> reads logs. A stream that follows survives the
/// death of its daemon, and misses no recorded event. Without a daemon, it reads the files.
/// </summary>
internal sealed class EventStream(ClientSession session, EventsRequest request, Func<ProcessEvent, bool> onEvent)
{
    long? _last;

    public void Run() => RunAndKeep()?.Dispose();

    /// <summary>Reads all events, and returns the connection for further requests.</summary>
    /// <returns>Null if no daemon answers, or the reader of the output is gone.</returns>
    public DaemonClient? RunAndKeep()
    {
        try
        {
            return ResumingStream.RunAndKeep(session, Ask, MayResume);
        }
        catch (DaemonException missing) when (
            missing.Code == LocalError.NotRunning && !request.Follow && session.Remote is null)
        {
            if (OfflineEvents.Read(session.Home, request) is not { } events) throw;
            foreach (var happened in events)
                if (!onEvent(happened)) break;
        }
        catch (DaemonException gone) when (gone.Code == LocalError.ReaderGone)
        {
            // For example `events -f | head`: the reader has seen enough.
        }
        return null;
    }

    bool MayResume(DaemonException lost) =>
        RetryPolicy.MayResume(lost.Code, request.Follow, hasHeard: _last is not null, hasPositions: false);

    void Ask(DaemonClient daemon)
    {
        if (IsSelective && !OlderDaemon.SelectsEvents(daemon))
            throw new DaemonException(ErrorCode.Failed,
                "the running daemon is older than this tspm and does not support --kind, --grep and --until; "
                + "upgrade it with: tspm daemon upgrade");
        if (request.Follow && !session.Out.IsTerminal) daemon.WatchOutput();
        var wanted = request.Concise is null || OlderDaemon.SelectsEvents(daemon)
            ? request : request with { Concise = null };
        var resumed = _last is null ? wanted : wanted with { After = _last };
        daemon.Stream(Methods.Events, resumed, HandleNotification, session.Out.Flush, request.Follow);
    }

    bool IsSelective => request is { Kinds: not null } or { Grep: not null } or { Until: not null };

    bool HandleNotification(AnswerEnvelope notification)
    {
        if (notification.Method == Notifications.Event)
        {
            var happened = notification.ReadParams(Wire.Json.ProcessEvent);
            _last = happened.Seq;
            return onEvent(happened);
        }
        if (notification.Method == Notifications.Heartbeat
            && notification.ReadParams(Wire.Json.HeartbeatNotice).Seq is { } begin
            && begin.TryGetValue(Notifications.Event, out var seq)) _last = seq;
        return true;
    }
}
