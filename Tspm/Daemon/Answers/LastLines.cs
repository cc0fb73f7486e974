using System.Text;
using Tspm.Config.Validation;
using Tspm.Daemon.Handlers;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>
/// The last words of children that died while they were being started: the reason is most often there. A log goes on
/// over many runs, and over processes that had the same name: only what this run wrote is a last word of it.
/// </summary>
internal static class LastLines
{
    const int Count = 10;

    /// <summary>An end that somebody waits for is among the newest events.</summary>
    const int EventsLookedAt = 10_000;

    /// <param name="context">The daemon.</param>
    /// <param name="begun">What was begun.</param>
    /// <param name="outcomes">What came of it; those of <paramref name="begun"/> are among them.</param>
    /// <param name="notes">Takes what helps against what the lines say.</param>
    public static async Task AddTo(
        DaemonContext context, IReadOnlyList<PendingChange> begun, List<ProcessOutcome> outcomes,
        List<string> notes)
    {
        if (!outcomes.Exists(outcome => outcome.Error is not null)) return;
        await context.Outputs.Settled();
        await EventsHandler.Settled(context.Events, context.Clock);
        var now = context.Clock.GetUtcNow();
        foreach (var pending in begun)
        {
            var view = pending.View;
            var at = outcomes.FindIndex(outcome =>
                outcome.Error is not null && outcome.Id == view.Key.Id && outcome.Instance == view.Key.Instance);
            if (at < 0 || EarlyDeaths.OwnEnd(pending, view) is not { } end) continue;
            if (RunOf(context, view.Key, end) is not { } run) continue;
            var (errors, output) = (Read(view, run, "err", now), Read(view, run, "out", now));
            outcomes[at] = outcomes[at] with { LastLines = errors.Count > 0 ? errors : output };
            var definition = view.Definition;
            if (definition.Instances == 1 || definition.Config.Listen is { Count: > 0 }) continue;
            var remedy = SharedPort.Remedy(definition.Name);
            if ((SharedPort.IsTaken(errors) || SharedPort.IsTaken(output)) && !notes.Contains(remedy))
                notes.Add(remedy);
        }
    }

    /// <summary>
    /// The number of the run, by which the index of a log knows it: the pid of a program that prints and ends at once
    /// is not in there. Null: its end is not on record.
    /// </summary>
    static string? RunOf(DaemonContext context, InstanceKey key, RecentExit end)
    {
        var left = EventsLookedAt;
        foreach (var happened in EventFiles.Newest(context.Home.EventsFile))
        {
            if (left-- == 0) return null;
            if (happened is not { Kind: EventKind.Exited } || happened.Pid != end.Pid) continue;
            if (happened.Id == key.Id && happened.Instance == key.Instance) return happened.RunId;
        }
        return null;
    }

    /// <summary>Empty: it wrote nothing there, or that is gone.</summary>
    static List<string> Read(ProcessView view, string run, string stream, DateTimeOffset now)
    {
        var lines = new List<string>();
        var request = new LogsRequest { Selectors = [], Run = run, Lines = Count, Stream = stream };
        var query = LogQuery.Of(request, now);
        var streams = new LogSources(request, query);
        streams.Add(view.Definition, view.Key.Instance, view.OutLog, view.ErrLog);
        try
        {
            foreach (var source in streams.Open())
            {
                using (source) Read(source, lines);
            }
        }
        catch (LogQueryException)
        {
            // No log knows of this run: it wrote nothing.
        }
        return lines.Count > Count ? lines[^Count..] : lines;
    }

    static void Read(LogSource source, List<string> lines)
    {
        var view = new LogView();
        view.Add(source);
        foreach (var _ in LogView.Locate([source])) { }
        foreach (var line in view.Read([source], takePartial: true))
            if (line is { LostBytes: null })
                lines.Add(line.Text ?? Encoding.UTF8.GetString(Convert.FromBase64String(line.Base64 ?? "")));
    }
}
