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
/// Without a readiness probe, a process is online as soon as its program has been executed, and many a program finds
/// out only then that its port is taken or a module is missing. So a start can watch it for a moment longer.
/// </summary>
internal static class EarlyDeaths
{
    /// <summary>Adds an error to the outcome of each instance that died within the time.</summary>
    /// <param name="context">The daemon.</param>
    /// <param name="begun">What was started.</param>
    /// <param name="outcomes">What came of it; those of <paramref name="begun"/> are among them.</param>
    /// <param name="settleMs">How long to watch; less when all have died sooner. Null or 0: not at all.</param>
    public static async Task AddTo(
        DaemonContext context, IReadOnlyList<PendingChange> begun, List<ProcessOutcome> outcomes, int? settleMs)
    {
        if (settleMs is not > 0) return;
        List<PendingChange> watched = [.. begun.Where(IsWatched)];
        if (watched.Count == 0) return;
        var watch = await context.Supervisor.Ask(new SupervisorQuery.BeginDeathWatch { Over = watched });
        await Task.WhenAny(watch.AllDead, Task.Delay(TimeSpan.FromMilliseconds(settleMs.Value), context.Clock));
        var views = await context.Supervisor.Ask(new SupervisorQuery.EndDeathWatch { Watch = watch });
        for (var i = 0; i < watched.Count; i++)
            if (Problem(watched[i], views[i]) is { } problem) Report(views[i], problem, outcomes);
    }

    static bool IsWatched(PendingChange pending) =>
        !pending.Unchanged && pending.Problem is null && pending.View.Definition.Config.Ready is null
        && pending.Reached.IsCompletedSuccessfully && pending.Reached.ResultNow().Phase == LifecyclePhase.Online;

    /// <summary>Null: it lives, or has ended well and is to stay so.</summary>
    static string? Problem(PendingChange pending, ProcessView view)
    {
        if (!DeathWatch.HasDied(view.State) || OwnEnd(pending, view) is not { } exit) return null;
        var isDone = view.State is { Phase: LifecyclePhase.Stopped, Desired: DesiredState.Down };
        if (isDone && IsGood(view.Definition.Config, exit.ExitCode)) return null;
        var lived = exit.StartedAt is { } started ? $" after {Duration.Format(Rounded(exit.EndedAt - started))}" : "";
        if (exit.Cause == CauseCode.Background) return exit.Reason;
        var how = exit.ExitCode is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"exited with code {number}")
            : $"was ended by {exit.Signal ?? "an unknown cause"}";
        return $"{how}{lived}; see: tspm why {Tspm.Text.ShellWords.Quote(view.Definition.Name)}";
    }

    /// <summary>
    /// The first end since the start that nobody had asked for (a restart asks for that of the former child): it says
    /// more than those of its successors. Null: none.
    /// </summary>
    /// <param name="pending">The start.</param>
    /// <param name="view">How the instance is by now.</param>
    public static RecentExit? OwnEnd(PendingChange pending, ProcessView view)
    {
        RecentExit? first = null;
        foreach (var exit in view.RecentExits)
        {
            var wasAsked = exit.Cause is CauseCode.User or CauseCode.Shutdown;
            if (!wasAsked && !pending.ExitsBefore.Any(exit.IsSameEnd)) first = exit;
        }
        return first;
    }

    static bool IsGood(ProcessConfig config, int? code) => code == 0 || RestartPolicy.Of(config).IsStopExitCode(code);

    static TimeSpan Rounded(TimeSpan time) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Math.Round(time.TotalMilliseconds)));

    static void Report(ProcessView view, string problem, List<ProcessOutcome> outcomes)
    {
        var at = outcomes.FindIndex(outcome => outcome.Id == view.Key.Id && outcome.Instance == view.Key.Instance);
        if (at >= 0 && outcomes[at].Error is null) outcomes[at] = Settle.Outcome(view) with { Error = problem };
    }
}
