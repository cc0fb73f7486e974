using System.Globalization;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Text;

namespace Tspm.Supervision.Process;

/// <summary>One step of the lifecycle, with everything its events mention.</summary>
internal sealed record LifecycleStep(LifecycleState Before, LifecycleEvent Happened, LifecycleState After)
{
    public required LifecycleAction Actions { get; init; }

    public required RestartPolicy Policy { get; init; }

    public required TimeSpan StopTimeout { get; init; }

    /// <summary>Monotonic time.</summary>
    public required TimeSpan Now { get; init; }

    /// <summary>The run that the step concerns; null if there is none.</summary>
    public ChildRun? Run { get; init; }

    /// <summary>The run that was current before the step.</summary>
    public ChildRun? RunBefore { get; init; }

    /// <summary>For a promoted child, the run that it replaced.</summary>
    public ChildRun? ReplacedRun { get; init; }

    /// <summary>The time until the next start; null if none is scheduled.</summary>
    public TimeSpan? NextStart { get; init; }

    /// <summary>The number of restarts reported so far.</summary>
    public int ReportedRestarts { get; init; }
}

/// <summary>
/// Turns a step of the lifecycle into the events that people read. Pure, and the only place that decides this. It sets
/// the kind, child and reason of an event; <see cref="ProcessNarrator"/> adds the fields that all events have.
/// </summary>
internal static class Narration
{
    /// <summary>The events of a step; none if nothing visible happened.</summary>
    public static IEnumerable<ProcessEvent> Describe(LifecycleStep step)
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
            // The start was requested again, and the instance is still held.
            LifecycleEvent.StartRequested or LifecycleEvent.RestartRequested when after.Phase == LifecyclePhase.Held =>
                [Event(StateNames.NameOf(after.Observed), step.RunBefore, after.Reason)],
            _ when after.Phase == before.Phase => [],
            _ when after.Phase is LifecyclePhase.Spawning or LifecyclePhase.Sweeping => [],
            _ => [Waiting(Event(StateNames.NameOf(after.Observed), step.RunBefore, after.Reason), step)],
        };
    }

    /// <summary>An event about a child.</summary>
    public static ProcessEvent Event(string kind, ChildRun? run, string? reason) => new()
    {
        Kind = kind,
        Pid = run?.Pid,
        RunId = Number(run?.Id),
        Reason = reason,
    };

    /// <summary>An event of a reload, which names both children.</summary>
    public static ProcessEvent Reload(string kind, ChildRun? run, ChildRun? other, string? reason) =>
        Event(kind, run, reason) with { OtherPid = other?.Pid };

    /// <summary>The exit of a child.</summary>
    public static ProcessEvent Exit(ChildRun run, ExitStatus status, TimeSpan uptime, string? reason) =>
        Event(EventKind.Exited, run, reason) with
        {
            ExitCode = status.Code,
            Signal = status.Signal is { } signal ? Signals.NameOf(signal) : null,
            UptimeMs = (long)uptime.TotalMilliseconds,
        };

    /// <summary>A signal was sent to leftover processes of a run.</summary>
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

    /// <summary>A run's number as written in events.</summary>
    public static string? Number(ulong? runId) => runId?.ToString(CultureInfo.InvariantCulture);

    static IEnumerable<ProcessEvent> Spawned(LifecycleStep step)
    {
        var kind = step.After.Restarts > step.ReportedRestarts ? EventKind.Restarted : EventKind.Started;
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
            // A child that was never known to run has no known uptime.
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
