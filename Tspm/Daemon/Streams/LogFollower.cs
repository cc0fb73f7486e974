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
/// One client's view: its sources from their beginning on, and for as long as it follows, also those of processes that
/// are renamed or come later.
/// </summary>
internal sealed class LogFollower(DaemonContext context, LogsRequest request, LogQuery query,
    LogSender sender) : IDisposable
{
    /// <summary>Lines before it is looked what else has changed.</summary>
    const int LinesPerTurn = 4096;

    /// <summary>Read at once of a process that came later.</summary>
    const int NewcomerBlock = 16 << 10;

    readonly DateTimeOffset _begun = context.Clock.GetUtcNow();
    readonly LogView _view = new();
    readonly Dictionary<string, LogSource> _sources = new(StringComparer.Ordinal);
    /// <summary>Instances whose events are wanted, or not, as far as that was asked.</summary>
    readonly HashSet<InstanceKey> _followed = [], _foreign = [];
    EventSource? _events;

    /// <summary>Sends what there is.</summary>
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

    /// <summary>Sends what comes, until the client closes or sends anything.</summary>
    public async Task Follow(LogGrowth.Subscription growth, ClientConnection connection)
    {
        IgnoreOthers(growth);
        // Never disposed: the client may stir after the end, and there is no timer in it to give back.
        var ended = new CancellationTokenSource();
        var stirred = connection.WhenStirred().ContinueWith(_ => ended.Cancel(), TaskScheduler.Default);
        var changed = true;
        while (!ended.IsCancellationRequested)
        {
            await ReadGrown(growth, lookAtAll: !changed);
            try
            {
                changed = _view.HasMore || await growth.Changed(sender.UntilHeartbeat, ended.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await stirred;
        // What the children said last, on their way out: the daemon waits for it, see ControlSocket.Drained.
        if (context.IsShuttingDown)
            do await ReadGrown(growth, lookAtAll: false);
            while (_view.HasMore);
        // No answer that would look like the end of the stream: the reader comes back, and goes on behind the last line
        // it has.
        if (context.Changes.IsClosed)
            throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingSentence);
    }

    public void Dispose()
    {
        foreach (var source in _sources.Values) source.Dispose();
    }

    async Task ReadGrown(LogGrowth.Subscription growth, bool lookAtAll)
    {
        var grown = growth.TakeGrown();
        var sources = new List<ILogSource>();
        foreach (var source in _sources.Values)
            if (grown.Remove(source.Reader.Path)) sources.Add(source);
        if (grown.Remove(context.Home.EventsFile) && _events is not null) sources.Add(_events);
        // A file that is nobody's yet: a process was renamed, or is new.
        if (grown.Count > 0 || lookAtAll) await LookForOthers(sources, growth);
        await sender.Send(_view.Read(sources, takePartial: false, LinesPerTurn));
    }

    /// <summary>
    /// Processes that were renamed are followed under their new name, and new ones that the selectors fit from when
    /// they came.
    /// </summary>
    async Task LookForOthers(List<ILogSource> toRead, LogGrowth.Subscription growth)
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
        IgnoreOthers(growth);
    }

    void IgnoreOthers(LogGrowth.Subscription growth)
    {
        var others = new HashSet<string>(StringComparer.Ordinal);
        foreach (var view in context.Supervisor.Views())
        {
            others.Add(view.OutLog);
            others.Add(view.ErrLog);
        }
        if (_events is null) others.Add(context.Home.EventsFile);
        foreach (var source in _sources.Values) others.Remove(source.Reader.Path);
        growth.Ignore(others);
    }

    /// <summary>
    /// What the selectors fit by now, and what is followed already: that stays, by its number, whatever its name has
    /// become.
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
            // Deleted meanwhile, or renamed so that nothing fits.
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
            // The next process with this id is another one.
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
