using Tspm.Events;
using Tspm.Model.State;
using Tspm.Platform.Facts;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>
/// Finds, for <c>describe</c>, what has changed since the last run of each instance that stayed up.
/// </summary>
internal static class ChangesSince
{
    /// <summary>
    /// How long to wait for the reader. It needs 20 ms once earlier requests are done, but a file system may block it
    /// forever.
    /// </summary>
    static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The kernel's message about the end of a process may arrive this long after the end.</summary>
    static readonly TimeSpan KernelDelay = TimeSpan.FromSeconds(5);

    const int MaxEvents = 10;

    /// <summary>
    /// Returns the changes in the order of the instances; null where no run is known to have stayed up.
    /// </summary>
    public static async Task<IReadOnlyList<RunChanges?>> ReadAsync(
        DaemonContext context, IReadOnlyList<ProcessView> views)
    {
        var keys = views.Select(static view => view.Key).ToList();
        var questions = await context.Supervisor.Ask(new SupervisorQuery.ChangedFacts { Of = keys });
        var present = await ReadNow(context, questions);
        var changes = new RunChanges?[questions.Count];
        for (var i = 0; i < changes.Length; i++)
            if (questions[i] is { } question)
                changes[i] =
                    FactsComparison.Between(question.Good, question.Until ?? present[i]!, question.Until is null);
        AddEvents(context, views, changes);
        return changes;
    }

    /// <summary>
    /// Reads the present facts of the instances that are compared with the present. Never waits for a file system
    /// longer than <see cref="ReadTimeout"/>.
    /// </summary>
    static async Task<RunFacts?[]> ReadNow(DaemonContext context, IReadOnlyList<ChangesQuestion?> questions)
    {
        var requests = new List<FactsRequest>();
        foreach (var question in questions)
            if (question?.Now is { } now) requests.Add(now);
        var facts = new RunFacts?[questions.Count];
        if (requests.Count == 0) return facts;
        var read = await Read(context, requests) ?? requests.Select(RunFactsReader.Nothing).ToList();
        for (int i = 0, at = 0; i < facts.Length; i++)
            if (questions[i]?.Now is not null) facts[i] = read[at++];
        return facts;
    }

    static async Task<IReadOnlyList<RunFacts>?> Read(DaemonContext context, List<FactsRequest> requests)
    {
        var done =
            new TaskCompletionSource<IReadOnlyList<RunFacts>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!context.Facts.TryRead(requests, facts => done.TrySetResult(facts))) return null;
        try
        {
            return await done.Task.WaitAsync(ReadTimeout, context.Clock);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    static void AddEvents(DaemonContext context, IReadOnlyList<ProcessView> views, RunChanges?[] changes)
    {
        DateTimeOffset? oldest = null;
        foreach (var change in changes)
            if (change?.Since.StartedAt is { } at && !(at >= oldest)) oldest = at;
        if (oldest is not { } from) return;
        var events = MachineEventsSince(context, from);
        if (events.Count == 0) return;
        for (var i = 0; i < changes.Length; i++)
            if (changes[i] is { } change) changes[i] = FactsComparison.With(change, Within(events, change, views[i]));
    }

    /// <summary>Returns the events that concern the whole machine, newest first.</summary>
    static List<ProcessEvent> MachineEventsSince(DaemonContext context, DateTimeOffset from)
    {
        var events = new List<ProcessEvent>();
        try
        {
            foreach (var happened in EventFiles.Newest(context.Home.EventsFile))
            {
                if (happened is null) continue;
                if (happened.Time < from) break;
                if (happened.Kind is EventKind.Trouble or EventKind.TroubleOver or EventKind.OutOfMemory)
                    events.Add(happened);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // 'tspm status' reports problems with the event log.
        }
        return events;
    }

    /// <summary>
    /// Returns the events between the start of the run that stayed up and the end of the run it is compared with,
    /// oldest first.
    /// </summary>
    static List<ProcessEvent> Within(List<ProcessEvent> events, RunChanges change, ProcessView view)
    {
        var end = change.Until is { } until ? EndOf(view, until) + KernelDelay : null;
        var found = new List<ProcessEvent>();
        foreach (var happened in events)
        {
            if (happened.Time < change.Since.StartedAt || happened.Time > end) continue;
            found.Add(happened);
            if (found.Count == MaxEvents) break;
        }
        found.Reverse();
        return found;
    }

    /// <summary>When the run ended; null if it is still running or its end is no longer known.</summary>
    static DateTimeOffset? EndOf(ProcessView view, RunOfChanges run)
    {
        foreach (var exit in view.RecentExits)
            if (exit.Pid == run.Pid && exit.StartedAt == run.StartedAt) return exit.EndedAt;
        return null;
    }
}
