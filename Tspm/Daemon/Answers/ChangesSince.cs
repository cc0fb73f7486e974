using Tspm.Events;
using Tspm.Model.State;
using Tspm.Platform.Facts;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Facts;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>What has changed since the last run of each instance that stayed up, for <c>describe</c>.</summary>
internal static class ChangesSince
{
    /// <summary>The reader takes 20 ms, after what it has begun already; a file system may keep it for ever.</summary>
    static readonly TimeSpan WaitAtMost = TimeSpan.FromSeconds(1);

    /// <summary>The kernel's word about the end of a process comes a little later than its end.</summary>
    static readonly TimeSpan TellsLate = TimeSpan.FromSeconds(5);

    const int MostEvents = 10;

    /// <summary>In the order of the instances; null where no run is known that stayed up.</summary>
    public static async Task<IReadOnlyList<RunChanges?>> Of(DaemonContext context, IReadOnlyList<ProcessView> views)
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

    /// <summary>What is there now, for those that are to be compared with it. Never waits for a file system.</summary>
    static async Task<RunFacts?[]> ReadNow(DaemonContext context, IReadOnlyList<ChangesQuestion?> questions)
    {
        var requests = new List<FactsRequest>();
        foreach (var question in questions)
            if (question?.Now is { } now) requests.Add(now);
        var facts = new RunFacts?[questions.Count];
        if (requests.Count == 0) return facts;
        var read = await Read(context, requests) ?? requests.Select(FactsOf.Nothing).ToList();
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
            return await done.Task.WaitAsync(WaitAtMost, context.Clock);
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
        var events = OfMachine(context, from);
        if (events.Count == 0) return;
        for (var i = 0; i < changes.Length; i++)
            if (changes[i] is { } change) changes[i] = FactsComparison.With(change, Within(events, change, views[i]));
    }

    /// <summary>The newest first.</summary>
    static List<ProcessEvent> OfMachine(DaemonContext context, DateTimeOffset from)
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
            // A problem with the record of events is shown by status.
        }
        return events;
    }

    /// <summary>From the start of the run that stayed up to the end of the one that it is compared with; the oldest
    /// first.</summary>
    static List<ProcessEvent> Within(List<ProcessEvent> events, RunChanges change, ProcessView view)
    {
        var end = change.Until is { } until ? EndOf(view, until) + TellsLate : null;
        var found = new List<ProcessEvent>();
        foreach (var happened in events)
        {
            if (happened.Time < change.Since.StartedAt || happened.Time > end) continue;
            found.Add(happened);
            if (found.Count == MostEvents) break;
        }
        found.Reverse();
        return found;
    }

    /// <summary>Null: it lives, or its end is not remembered.</summary>
    static DateTimeOffset? EndOf(ProcessView view, RunOfChanges run)
    {
        foreach (var exit in view.RecentExits)
            if (exit.Pid == run.Pid && exit.StartedAt == run.StartedAt) return exit.EndedAt;
        return null;
    }
}
