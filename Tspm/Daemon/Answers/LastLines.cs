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
/// Adds the last log lines of children that died while they were being started, because these most often contain the
/// reason. A log spans many runs, and even several processes that had the same name, so only lines of this run count.
/// </summary>
internal static class LastLines
{
    const int Count = 10;

    /// <summary>How many events to search. The exit in question is recent, so it is among the newest events.</summary>
    const int MaxEventsSearched = 10_000;

    /// <param name="context">The daemon.</param>
    /// <param name="begun">The changes that were begun.</param>
    /// <param name="outcomes">The outcomes, among them those of <paramref name="begun"/>.</param>
    /// <param name="notes">Receives a remedy if the lines show a known problem.</param>
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
            if (at < 0 || EarlyDeaths.UnrequestedExit(pending, view) is not { } end) continue;
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
    /// Returns the number of the run, by which the log index finds its lines: the pid of a program that prints and
    /// exits at once is not in the index. Null if the event log does not have the exit.
    /// </summary>
    static string? RunOf(DaemonContext context, InstanceKey key, RecentExit end)
    {
        var left = MaxEventsSearched;
        foreach (var happened in EventFiles.Newest(context.Home.EventsFile))
        {
            if (left-- == 0) return null;
            if (happened is not { Kind: EventKind.Exited } || happened.Pid != end.Pid) continue;
            if (happened.Id == key.Id && happened.Instance == key.Instance) return happened.RunId;
        }
        return null;
    }

    /// <summary>
    /// Returns the last lines of one stream; empty if the run wrote nothing to it, or the lines are gone.
    /// </summary>
    static List<string> Read(ProcessView view, string run, string stream, DateTimeOffset now)
    {
        var lines = new List<string>();
        var request = new LogsRequest { Selectors = [], Run = run, Lines = Count, Stream = stream };
        var query = LogQuery.From(request, now);
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
            // No log index has this run, so it wrote nothing.
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
