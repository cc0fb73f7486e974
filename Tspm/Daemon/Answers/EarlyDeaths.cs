using System.Globalization;
using Tspm.Platform;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Daemon.Answers;

/// <summary>
/// Watches new processes for a moment after they came online. Without a readiness probe a process is online as soon as
/// its program has been executed, and many programs notice only afterwards that a port is taken or a module is missing.
/// </summary>
internal static class EarlyDeaths
{
    /// <summary>
    /// Adds an error to the outcome of each instance that dies within the given time. Without a time, an instance that
    /// is already dead gets a warning: it did start, but its state alone would not say how it ended.
    /// </summary>
    /// <param name="context">The daemon.</param>
    /// <param name="begun">The starts to watch.</param>
    /// <param name="outcomes">The outcomes, among them those of <paramref name="begun"/>.</param>
    /// <param name="settleMs">
    /// How long to watch, in milliseconds; the watch ends early if all have died. Null or 0 means not at all.
    /// </param>
    public static async Task AddTo(
        DaemonContext context, IReadOnlyList<PendingChange> begun, List<ProcessOutcome> outcomes, int? settleMs)
    {
        List<PendingChange> watched = [.. begun.Where(IsWatched)];
        if (watched.Count == 0) return;
        if (settleMs is not > 0)
        {
            foreach (var pending in watched) Warn(pending, pending.View, outcomes);
            return;
        }
        var watch = await context.Supervisor.Ask(new SupervisorQuery.BeginDeathWatch { Over = watched });
        await Task.WhenAny(watch.AllDead, Task.Delay(TimeSpan.FromMilliseconds(settleMs.Value), context.Clock));
        var views = await context.Supervisor.Ask(new SupervisorQuery.EndDeathWatch { Watch = watch });
        for (var i = 0; i < watched.Count; i++)
            if (Problem(watched[i], views[i]) is { } problem) Report(views[i], problem, outcomes);
    }

    static bool IsWatched(PendingChange pending) =>
        !pending.Unchanged && pending.Problem is null && pending.View.Definition.Config.Ready is null
        && pending.Reached.IsCompletedSuccessfully && pending.Reached.ResultNow().Phase == LifecyclePhase.Online;

    /// <summary>Says how the process died; null if it is running, or has finished successfully.</summary>
    static string? Problem(PendingChange pending, ProcessView view)
    {
        if (!DeathWatch.HasDied(view.State) || UnrequestedExit(pending, view) is not { } exit) return null;
        var isDone = view.State is { Phase: LifecyclePhase.Stopped, Desired: DesiredState.Down };
        if (isDone && IsGood(view.Definition.Config, exit.ExitCode)) return null;
        var lived = exit.StartedAt is { } started ? $" after {Duration.Format(Rounded(exit.EndedAt - started))}" : "";
        if (exit.Cause == CauseCode.Background) return exit.Reason;
        var how = exit.ExitCode is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"exited with code {number}")
            : exit.Signal is { } signal ? $"was killed by {signal}" : "ended for an unknown reason";
        var name = ShellWords.Quote(view.Definition.Name);
        var job = exit.ExitCode == 0 && IsRestarted(view.State) && view.Definition.Config.Schedule is null
            ? $"; if it is meant to end, make it a job: tspm set {name} --job" : "";
        return $"{how}{lived}{WhatFollows(view.State)}{job}; see: tspm why {name}";
    }

    static bool IsRestarted(LifecycleState state) => state.WillStart || state.HasChild;

    static string WhatFollows(LifecycleState state) =>
        state.WillStart ? " and is being restarted" : state.HasChild ? " and was restarted" : "";

    /// <summary>
    /// Returns the first exit since the start that nobody requested (a restart requests the exit of the previous
    /// child); null if there is none. The first exit says more than those of later runs.
    /// </summary>
    /// <param name="pending">The start.</param>
    /// <param name="view">The present state of the instance.</param>
    public static RecentExit? UnrequestedExit(PendingChange pending, ProcessView view)
    {
        RecentExit? first = null;
        foreach (var exit in view.RecentExits)
        {
            var wasAsked = exit.Cause is CauseCode.User or CauseCode.Shutdown;
            if (!wasAsked && !pending.ExitsBefore.Any(exit.IsSameEnd)) first = exit;
        }
        return first;
    }

    static bool IsGood(ProcessConfig config, int? code) => code == 0 || RestartPolicy.From(config).IsStopExitCode(code);

    static TimeSpan Rounded(TimeSpan time) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Math.Round(time.TotalMilliseconds)));

    static void Warn(PendingChange pending, ProcessView view, List<ProcessOutcome> outcomes)
    {
        if (Problem(pending, view) is not { } problem || IndexOf(view, outcomes) is not (>= 0 and var at)) return;
        var output = $"{problem}, or tspm logs {ShellWords.Quote(view.Definition.Name)}";
        var warning = outcomes[at].Warning is { } other ? $"{other}; {output}" : output;
        outcomes[at] = outcomes[at] with { State = view.State.Observed, Pid = view.Pid, Warning = warning };
    }

    static int IndexOf(ProcessView view, List<ProcessOutcome> outcomes) =>
        outcomes.FindIndex(outcome => outcome.Id == view.Key.Id && outcome.Instance == view.Key.Instance);

    static void Report(ProcessView view, string problem, List<ProcessOutcome> outcomes)
    {
        var at = IndexOf(view, outcomes);
        if (at >= 0 && outcomes[at].Error is null) outcomes[at] = ChangeOutcomes.From(view) with { Error = problem };
    }
}
