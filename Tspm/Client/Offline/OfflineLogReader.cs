using Tspm.Client.Connection;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Offline;

/// <summary>
/// Shows the last lines of logs when no daemon runs: definitions from processes.json, and lines from the files. Changes
/// nothing.
/// </summary>
internal static class OfflineLogReader
{
    /// <summary>See <see cref="OfflineLogs"/>.</summary>
    public static void Show(
        TspmHome home, LogsRequest request, Action<IReadOnlyList<InstanceName>> matched,
        Func<LogLine, bool> onLine)
    {
        try
        {
            var query = LogQuery.From(request, TimeProvider.System.GetUtcNow());
            var instances = Select(home, request.Selectors);
            matched([.. instances.Select(static one => new InstanceName(one.Definition.Name, one.Instance))]);
            var streams = new LogSources(request, query);
            foreach (var (definition, instance) in instances)
            {
                var (outLog, errLog) = LogPaths.For(home, definition, instance);
                streams.Add(definition, instance, outLog, errLog);
            }
            var sources = streams.Open();
            List<ILogSource> all = [.. sources];
            if (request.Events == true) all.Add(EventsOf(home, request, query, instances, sources));
            Show(all, onLine);
        }
        catch (LogQueryException refused)
        {
            throw new DaemonException(refused.Code, refused.Message, refused.Details);
        }
    }

    static EventSource EventsOf(
        TspmHome home, LogsRequest request, LogQuery query,
            List<SavedInstance> instances, List<LogSource> sources)
    {
        var keys = new HashSet<InstanceKey>();
        foreach (var (definition, instance) in instances) keys.Add(new InstanceKey(definition.Id, instance));
        return new EventSource(home.EventsFile, query, EventSource.PositionIn(request),
            happened => keys.Contains(new InstanceKey(happened.Id ?? -1, happened.Instance ?? -1)), () => sources,
                long.MaxValue);
    }

    static void Show(List<ILogSource> sources, Func<LogLine, bool> onLine)
    {
        try
        {
            var view = new LogView();
            foreach (var source in sources) view.Add(source);
            foreach (var _ in LogView.Locate(sources)) { }
            foreach (var line in view.Read(sources, takePartial: true))
                if (line is not null && !onLine(line)) return;
        }
        finally
        {
            foreach (var source in sources) source.Dispose();
        }
    }

    static List<SavedInstance> Select(TspmHome home, IReadOnlyList<string>? selectors)
    {
        var all = OfflineProcesses.Read(home);
        if (all.Count == 0) throw new DaemonException(LocalError.NotRunning, DaemonSocket.NotRunningSentence);
        if (selectors is not { Count: > 0 }) return all;
        var result = OfflineProcesses.Resolve(selectors, all);
        if (!result.IsKnown) throw OfflineProcesses.NoMatch(result);
        return [.. all.Where(one => result.Matches.Contains(SelectorTarget.From(one.Definition, one.Instance)))];
    }
}
