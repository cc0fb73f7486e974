using System.Globalization;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Text;

namespace Tspm.Supervision.Process;

/// <summary>One step of the lifecycle, with what else its events have to say.</summary>
internal sealed record LifecycleStep(LifecycleState Before, LifecycleEvent Happened, LifecycleState After)
{
    public required LifecycleAction Actions { get; init; }

    public required RestartPolicy Policy { get; init; }

    public required TimeSpan StopTimeout { get; init; }

    /// <summary>Monotonic.</summary>
    public required TimeSpan Now { get; init; }

    /// <summary>The run that the step is about; null: there is none.</summary>
    public ChildRun? Run { get; init; }

    /// <summary>The run that was present before, where the step has made another one; else the same.</summary>
    public ChildRun? RunBefore { get; init; }

    /// <summary>For a child that takes another's place: that other one.</summary>
    public ChildRun? ReplacedRun { get; init; }

    /// <summary>How long until the next start, which is waited for; null: none is.</summary>
    public TimeSpan? NextStart { get; init; }

    /// <summary>How many restarts have been told of.</summary>
    public int RestartsTold { get; init; }
}

/// <summary>
/// Turns a step of the lifecycle into the events that people read: pure, and the one place where that is decided. An
/// event has its kind, its child and its reason here; <see cref="ProcessNarrator"/> adds what all events have.
/// </summary>
internal static class Narration
{
    /// <summary>Nothing for a step that nobody could see.</summary>
    public static IEnumerable<ProcessEvent> Of(LifecycleStep step)
    {
        var (before, after) = (step.Before, step.After);
        if (after == before && step.Actions == LifecycleAction.None) return [];
        return step.Happened switch
        {
            LifecycleEvent.SpawnSucceeded => Spawned(step),
            LifecycleEvent.BecameReady => [Event(EventKind.Ready, step.Run, null)],
            LifecycleEvent.FoundUnfit unfit => [Event(EventKind.Unfit, step.Run, CauseText.What(unfit.Cause))],
            LifecycleEvent.ChildExited exited => [Exit(step, exited.Status)],
            LifecycleEvent.Replaced =>
                [Reload(EventKind.Reloaded, step.Run, step.ReplacedRun, CauseText.What(after.Cause))],
            LifecycleEvent.SpawnFailed failed =>
                [Waiting(Event(EventKind.Failed, step.Run, failed.Failure.Sentence), step)],
            // Processes killed after that are reported by name.
            LifecycleEvent.StopTimedOut when after.Phase == LifecyclePhase.Sweeping => [],
            LifecycleEvent.StopTimedOut => [Event(EventKind.Killed, step.Run, TimedOut(step.StopTimeout))],
            // Ordered once more, and held back once more.
            LifecycleEvent.StartRequested or LifecycleEvent.RestartRequested when after.Phase == LifecyclePhase.Held =>
                [Event(StateNames.Of(after.Observed), step.RunBefore, after.Reason)],
            _ when after.Phase == before.Phase => [],
            _ when after.Phase is LifecyclePhase.Spawning or LifecyclePhase.Sweeping => [],
            _ => [Waiting(Event(StateNames.Of(after.Observed), step.RunBefore, after.Reason), step)],
        };
    }

    /// <summary>An event of a child.</summary>
    public static ProcessEvent Event(string kind, ChildRun? run, string? reason) => new()
    {
        Kind = kind,
        Pid = run?.Pid,
        RunId = Number(run?.Id),
        Reason = reason,
    };

    /// <summary>A step of a reload. Both children are named.</summary>
    public static ProcessEvent Reload(string kind, ChildRun? run, ChildRun? other, string? reason) =>
        Event(kind, run, reason) with { OtherPid = other?.Pid };

    /// <summary>The end of a child.</summary>
    public static ProcessEvent Exit(ChildRun run, ExitStatus status, TimeSpan uptime, string? reason) =>
        Event(EventKind.Exited, run, reason) with
        {
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            UptimeMs = (long)uptime.TotalMilliseconds,
        };

    /// <summary>Processes that a run left behind got a signal.</summary>
    public static ProcessEvent Leftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal) => new()
    {
        Kind = EventKind.Leftovers,
        RunId = Number(run.Id),
        Signal = Signals.NameOf(signal),
        Pids = [.. leftovers.Select(static leftover => leftover.Pid)],
        Names = [.. leftovers.Select(static leftover => leftover.Name)],
        Reason = KilledText.List(leftovers),
    };

    public static string TimedOut(TimeSpan stopTimeout) => $"it did not end within {Duration.Format(stopTimeout)}";

    /// <summary>A run's number as events spell it.</summary>
    public static string? Number(ulong? runId) => runId?.ToString(CultureInfo.InvariantCulture);

    static IEnumerable<ProcessEvent> Spawned(LifecycleStep step)
    {
        var kind = step.After.Restarts > step.RestartsTold ? EventKind.Restarted : EventKind.Started;
        yield return Event(kind, step.Run, step.After.Reason);
        if (step.After.Phase == LifecyclePhase.Stopping)
            yield return Event(EventKind.Stopping, step.Run, step.After.Reason);
    }

    static ProcessEvent Exit(LifecycleStep step, ExitStatus status)
    {
        var (before, after) = (step.Before, step.After);
        var exit = Exit(step.Run!, status, step.Now - before.StartedAtMonotonic, ReasonOfExit(before, after));
        return exit with
        {
            // One that was never known to run has no known uptime.
            UptimeMs = before.Phase == LifecyclePhase.Spawning ? null : exit.UptimeMs,
            NextStartInMs = after.Next switch
            {
                AfterExit.Start => 0,
                AfterExit.Retry => (long)Backoff.Delay(step.Policy, after.Failures).TotalMilliseconds,
                _ => null,
            },
        };
    }

    static string? ReasonOfExit(LifecycleState before, LifecycleState after)
    {
        if (before.Phase == LifecyclePhase.Stopping) return CauseText.What(before.Cause);
        return after.Cause is { Request: CauseRequest.Signal } ? "sent by 'tspm signal'" : after.Cause.Detail;
    }

    static ProcessEvent Waiting(ProcessEvent happened, LifecycleStep step) => step.NextStart is { } toNext
        ? happened with { NextStartInMs = (long)toNext.TotalMilliseconds } : happened;
}
