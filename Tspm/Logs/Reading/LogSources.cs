using Tspm.Logs.Index;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>
/// One stream of one instance.
/// </summary>
/// <param name="Whose">A line that contains only the instance and the stream.</param>
/// <param name="Path">Path of the current log file.</param>
/// <param name="Lines">Number of last lines to show; null: all that match.</param>
internal sealed record LogStreamOf(LogLine Whose, string Path, int? Lines)
{
    /// <summary>See <see cref="LogsRequest.After"/>.</summary>
    public string Key => LogLines.Key(Whose.Id, Whose.Instance, Whose.Stream);
}

/// <summary>Collects the streams of the instances that a request is about, and opens them.</summary>
internal sealed class LogSources(LogsRequest request, LogQuery query)
{
    /// <summary>Bytes per read of a stream if there are few streams, and if there are many.</summary>
    const int LargeBlock = 64 << 10, SmallBlock = 4 << 10;

    /// <summary>Up to this number, streams are few.</summary>
    const int Few = 64;

    readonly List<LogStreamOf> _streams = [];
    readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>
    /// Both logs of each instance, even if only one is requested, because the requested run may be recorded only in the
    /// index of the other.
    /// </summary>
    readonly Dictionary<InstanceKey, string[]> _logs = [];

    /// <summary>The streams in the order of the instances, output before errors, each file once.</summary>
    public IReadOnlyList<LogStreamOf> Streams => _streams;

    /// <summary>Adds the requested streams of an instance.</summary>
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

    /// <summary>Opens all streams.</summary>
    /// <exception cref="LogQueryException">None of them has the requested run.</exception>
    public List<LogSource> Open()
    {
        var sources = new List<LogSource>();
        try
        {
            foreach (var stream in _streams) sources.Add(Open(stream));
            if (query.Run is not { } run || ChooseRuns(run, sources)) return sources;
            throw new LogQueryException("run",
                $"these logs have no run '{run}'; to see which run wrote a line: tspm logs --json", null, run)
            {
                Code = ErrorCode.Failed,
            };
        }
        catch
        {
            foreach (var source in sources) source.Dispose();
            throw;
        }
    }

    /// <summary>Opens one stream, after the position that the request gives for it.</summary>
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
