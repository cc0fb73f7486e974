using Tspm.Logs;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Supervision;

namespace Tspm.Client;

/// <summary>Shows the last lines of logs when no daemon runs: definitions from processes.json, lines from the files. Changes nothing.</summary>
internal static class OfflineLogReader
{
    /// <summary>See <see cref="OfflineLogs"/>.</summary>
    public static void Show(TspmHome home, LogsRequest request, Action<bool> several, Func<LogLine, bool> onLine)
    {
        var instances = Select(home, request.Selectors);
        several(instances.Count > 1);
        foreach (var (definition, instance) in instances)
        {
            var (outLog, errLog) = LogPaths.Of(home, definition, instance);
            var lines = LogLines.CountFor(request, definition);
            if (request.Stream != "err" && !ShowFile(outLog, "out", definition, instance, lines, onLine)) return;
            if (request.Stream != "out" && errLog != outLog && !ShowFile(errLog, "err", definition, instance, lines, onLine)) return;
        }
    }

    static List<(ProcessDefinition Definition, int Instance)> Select(TspmHome home, IReadOnlyList<string>? selectors)
    {
        var all = new ProcessStore(home, TimeProvider.System).Peek().Processes
            .SelectMany(definition => Enumerable.Range(0, definition.Instances).Select(instance => (definition, instance))).ToList();
        if (all.Count == 0) throw new DaemonException(LocalError.NotRunning, DaemonSocket.NotRunningSentence);
        if (selectors is not { Count: > 0 }) return all;
        var targets = all.Select(entry => new SelectorTarget(entry.definition.Id, entry.definition.Name, entry.definition.Namespace, entry.instance)).ToList();
        var result = SelectorMatcher.Resolve(selectors, targets);
        if (!result.IsKnown) throw new DaemonException(ErrorCode.NoSuchProcess, result.Sentence!);
        return [.. all.Where((_, index) => result.Matches.Contains(targets[index]))];
    }

    static bool ShowFile(string path, string stream, ProcessDefinition definition, int instance, int lines, Func<LogLine, bool> onLine)
    {
        using var tail = LogTail.Open(path);
        tail?.SeekToLast(lines);
        while (tail is not null && tail.TryRead(takePartial: true, out var bytes, out var partial))
        {
            var line = LogLines.Of(definition, instance, stream, tail.Offset, bytes, partial);
            if (!onLine(line)) return false;
        }
        return true;
    }
}
