using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Streams;

/// <summary>
/// The log view of one client: reads the selected sources from where the request begins. While the client follows, the
/// view also covers processes that are renamed or added later.
/// </summary>
internal sealed class LogFollower(DaemonContext context, LogsRequest request, LogQuery query,
    LogSender sender) : IDisposable
{
    /// <summary>Lines sent per turn before looking for new or renamed processes.</summary>
    const int LinesPerTurn = 4096;

    /// <summary>Block size for the logs of processes that were added later.</summary>
    const int NewcomerBlock = 16 << 10;

    readonly DateTimeOffset _begun = context.Clock.GetUtcNow();
    readonly LogView _view = new();
    readonly Dictionary<string, LogSource> _sources = new(StringComparer.Ordinal);
    /// <summary>Caches which instances' events the client wants and which it does not.</summary>
    readonly HashSet<InstanceKey> _followed = [], _foreign = [];
    EventSource? _events;

    /// <summary>Sends the lines that exist so far.</summary>
    public async Task Begin(IReadOnlyList<ProcessView> views)
    {
        var sources = StreamsOf(views).Open();
        foreach (var source in sources) Add(source);
        await sender.Send(LogView.Locate(sources));
        if (request.Follow) await sender.Heartbeat(new HeartbeatNotice { Seq = Positions(sources) });
        List<ILogSource> all = [.. sources];
        if (request.Events == true)
        {
            var end = request.Follow ? _begun.ToUnixTimeMilliseconds() : long.MaxValue;
            all.Add(_events = new EventSource(context.Home.EventsFile, query, EventSource.PositionIn(request),
                IsFollowed, () => sources, end));
            _view.Add(_events);
        }
        await sender.Send(_view.Read(all, takePartial: !request.Follow));
    }

    /// <summary>Sends new lines until the client closes or sends anything.</summary>
    public async Task Follow(LogChangeNotifier.Subscription logChanges, ClientConnection connection)
    {
        IgnoreOthers(logChanges);
        // Not disposed: the client may send something after the end, and the source has no timer to release.
        var ended = new CancellationTokenSource();
        var streamEnd = connection.WhenStreamEnds().ContinueWith(_ => ended.Cancel(), TaskScheduler.Default);
        var changed = true;
        while (!ended.IsCancellationRequested)
        {
            await ReadGrown(logChanges, lookAtAll: !changed);
            try
            {
                changed = _view.HasMore
                    || await logChanges.Changed(sender.UntilHeartbeat, context.Clock, ended.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await streamEnd;
        // The last output of the children during a shutdown; the daemon waits for it, see ControlSocket.Drain.
        if (context.IsShuttingDown)
            do await ReadGrown(logChanges, lookAtAll: false);
            while (_view.HasMore);
        // A normal answer would look like the end of the stream. With this error the client reconnects and goes on
        // after the last line it has.
        if (context.Changes.IsClosed)
            throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingMessage);
    }

    public void Dispose()
    {
        foreach (var source in _sources.Values) source.Dispose();
    }

    async Task ReadGrown(LogChangeNotifier.Subscription logChanges, bool lookAtAll)
    {
        var grown = logChanges.TakeGrown();
        var sources = new List<ILogSource>();
        foreach (var source in _sources.Values)
            if (grown.Remove(source.Reader.Path)) sources.Add(source);
        if (grown.Remove(context.Home.EventsFile) && _events is not null) sources.Add(_events);
        // The file belongs to no source yet: a process was renamed or added.
        if (grown.Count > 0 || lookAtAll) await LookForOthers(sources, logChanges);
        await sender.Send(_view.Read(sources, takePartial: false, LinesPerTurn));
    }

    /// <summary>
    /// Follows renamed processes under their new names, and new processes that match the selectors from their first
    /// line on.
    /// </summary>
    async Task LookForOthers(List<ILogSource> toRead, LogChangeNotifier.Subscription logChanges)
    {
        var now = StreamsOf(Selected());
        foreach (var stream in now.Streams)
        {
            if (!_sources.TryGetValue(stream.Key, out var source))
            {
                source = new LogSource(stream, query, NewcomerBlock)
                {
                    Follow = true,
                    NotBefore = _begun.ToUnixTimeMilliseconds(),
                };
                Add(source);
                await sender.Send(LogView.Locate([source]));
                toRead.Add(source);
            }
            else if (source.Stream != stream)
            {
                source.Rename(stream);
                toRead.Add(source);
            }
        }
        IgnoreOthers(logChanges);
    }

    void IgnoreOthers(LogChangeNotifier.Subscription logChanges)
    {
        var others = new HashSet<string>(StringComparer.Ordinal);
        foreach (var view in context.Supervisor.Views())
        {
            others.Add(view.OutLog);
            others.Add(view.ErrLog);
        }
        if (_events is null) others.Add(context.Home.EventsFile);
        foreach (var source in _sources.Values) others.Remove(source.Reader.Path);
        logChanges.Ignore(others);
    }

    /// <summary>
    /// Returns the instances that match the selectors now, and those that are followed already: they stay, identified
    /// by id, even if they were renamed.
    /// </summary>
    List<ProcessView> Selected()
    {
        var keys = new HashSet<InstanceKey>();
        try
        {
            if (query.Run is null)
                foreach (var view in Views.Select(context, request.Selectors)) keys.Add(view.Key);
        }
        catch (NoSuchProcessException)
        {
            // The processes were deleted or renamed meanwhile, so that the selectors match nothing.
        }
        foreach (var source in _sources.Values)
            keys.Add(new InstanceKey(source.Stream.Whose.Id, source.Stream.Whose.Instance));
        return [.. context.Supervisor.Views().Where(view => keys.Contains(view.Key))];
    }

    LogSources StreamsOf(IEnumerable<ProcessView> views)
    {
        var streams = new LogSources(request, query);
        foreach (var view in views) streams.Add(view.Definition, view.Key.Instance, view.OutLog, view.ErrLog);
        return streams;
    }

    Dictionary<string, long> Positions(List<LogSource> sources)
    {
        var positions = sources.ToDictionary(source => source.Stream.Key, source => source.Reader.Position);
        if (request.Events == true)
            positions[EventSource.Stream] = EventSource.PositionIn(request) ?? context.Events.Last;
        return positions;
    }

    bool IsFollowed(ProcessEvent happened)
    {
        var key = new InstanceKey(happened.Id ?? -1, happened.Instance ?? -1);
        if (happened.Kind == EventKind.Withdrawn)
        {
            // A later process with this id is a different one.
            _followed.Remove(key);
            _foreign.Remove(key);
            return false;
        }
        if (_followed.Contains(key)) return true;
        if (_foreign.Contains(key)) return false;
        var isFollowed = Selected().Exists(view => view.Key == key);
        (isFollowed ? _followed : _foreign).Add(key);
        return isFollowed;
    }

    void Add(LogSource source)
    {
        _followed.Add(new InstanceKey(source.Stream.Whose.Id, source.Stream.Whose.Instance));
        _sources[source.Stream.Key] = source;
        _view.Add(source);
    }
}
