using Tspm.Logs.Index;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>
/// One stream of one instance: a line with nothing but its owner, its current file, and how many last lines are wanted
/// (null: all that fit).
/// </summary>
internal sealed record LogStreamOf(LogLine Whose, string Path, int? Lines)
{
    /// <summary>See <see cref="LogsRequest.After"/>.</summary>
    public string Key => LogLines.Key(Whose.Id, Whose.Instance, Whose.Stream);
}

/// <summary>From instances to the streams that a request asks for.</summary>
internal sealed class LogSources(LogsRequest request, LogQuery query)
{
    /// <summary>Read at once of each stream, when there are few, and when there are many.</summary>
    const int LargeBlock = 64 << 10, SmallBlock = 4 << 10;

    const int Few = 64;

    readonly List<LogStreamOf> _streams = [];
    readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>
    /// Both logs of each instance, also when only one of them is wanted: which run is meant may stand in the other.
    /// </summary>
    readonly Dictionary<InstanceKey, string[]> _logs = [];

    /// <summary>In the order of the instances, output before errors, each file once.</summary>
    public IReadOnlyList<LogStreamOf> Streams => _streams;

    public void Add(ProcessDefinition definition, int instance, string outLog, string errLog)
    {
        _logs[new InstanceKey(definition.Id, instance)] = [outLog, errLog];
        if (query.WantsOut && _paths.Add(outLog)) _streams.Add(Make("out", outLog));
        if (query.WantsErr && _paths.Add(errLog)) _streams.Add(Make("err", errLog));

        LogStreamOf Make(string stream, string path) =>
            new(new LogLine
            {
                Id = definition.Id,
                Name = definition.Name,
                Instance = instance,
                Stream = stream,
                Seq = 0
            }, path, query.LinesOf(definition));
    }

    /// <summary>The streams, opened.</summary>
    /// <exception cref="LogQueryException">None of them has the run that was asked for.</exception>
    public List<LogSource> Open()
    {
        var sources = new List<LogSource>();
        try
        {
            foreach (var stream in _streams) sources.Add(Open(stream));
            if (query.Run is not { } run || ChooseRuns(run, sources)) return sources;
            throw new LogQueryException("run",
                $"no run '{run}' is known in these logs; tspm logs --json shows which run wrote a line", null,
                    run)
            { Code = ErrorCode.Failed };
        }
        catch
        {
            foreach (var source in sources) source.Dispose();
            throw;
        }
    }

    public LogSource Open(LogStreamOf stream)
    {
        long after = 0;
        var isResumed = request.After?.TryGetValue(stream.Key, out after) == true;
        return new LogSource(stream, query, _streams.Count <= Few ? LargeBlock : SmallBlock)
        {
            Follow = request.Follow,
            After = isResumed ? after : null,
        };
    }

    bool ChooseRuns(string choice, List<LogSource> sources)
    {
        var chosen = new Dictionary<InstanceKey, ulong?>();
        var isFound = false;
        foreach (var source in sources)
        {
            var key = new InstanceKey(source.Stream.Whose.Id, source.Stream.Whose.Instance);
            if (!chosen.TryGetValue(key, out var run)) chosen[key] = run = RunOf(choice, _logs[key]);
            source.RunId = run ?? ulong.MaxValue;
            isFound |= run is not null;
        }
        return isFound;
    }

    static ulong? RunOf(string choice, string[] logs)
    {
        var indexes = new List<LogIndexReader>();
        foreach (var log in logs)
            if (LogIndexReader.Open(log) is { } index) indexes.Add(index);
        var run = LogRuns.Find(choice, indexes);
        foreach (var index in indexes) index.Dispose();
        return run;
    }
}
