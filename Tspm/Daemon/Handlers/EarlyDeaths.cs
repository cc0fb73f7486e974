using System.Globalization;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

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
        DaemonContext context, IReadOnlyList<Supervisor.Pending> begun, List<ProcessOutcome> outcomes, int? settleMs)
    {
        if (settleMs is not > 0) return;
        List<Supervisor.Pending> watched = [.. begun.Where(IsWatched)];
        if (watched.Count == 0) return;
        var ends = await context.Supervisor.Ask(
            _ => watched.Select(static pending => pending.Cell.Life.WhenReached(HasDied)).ToList());
        await Task.WhenAny(Task.WhenAll(ends), Task.Delay(TimeSpan.FromMilliseconds(settleMs.Value), context.Clock));
        await context.Supervisor.Ask(_ =>
        {
            for (var i = 0; i < watched.Count; i++)
            {
                watched[i].Cell.Life.Forget(ends[i]);
                if (Problem(watched[i]) is { } problem) Report(watched[i].Cell, problem, outcomes);
            }
            return 0;
        });
    }

    static bool IsWatched(Supervisor.Pending pending) =>
        !pending.Unchanged && pending.Problem is null && pending.Cell.Definition.Config.Ready is null
        && pending.Settled is { IsCompletedSuccessfully: true, Result.Phase: LifecyclePhase.Online };

    /// <summary>
    /// By itself: also when it has been started again since, because a manual start begins with no failures. Somebody
    /// else's stop or restart, or one because a file has changed, is not its death.
    /// </summary>
    static bool HasDied(LifecycleState state) =>
        state.Failures > 0 || state.Phase is not (LifecyclePhase.Online or LifecyclePhase.Stopping
            or LifecyclePhase.Spawning or LifecyclePhase.Starting);

    /// <summary>Null: it lives, or has ended well and is to stay so.</summary>
    static string? Problem(Supervisor.Pending pending)
    {
        var cell = pending.Cell;
        if (!HasDied(cell.State) || OwnEnd(pending) is not { } exit) return null;
        var isDone = cell.State is { Phase: LifecyclePhase.Stopped, Desired: DesiredState.Down };
        if (isDone && IsGood(cell.Definition.Config, exit.ExitCode)) return null;
        var lived = exit.StartedAt is { } started ? $" after {Duration.Format(Rounded(exit.EndedAt - started))}" : "";
        if (exit.Cause == CauseCode.Background) return exit.Reason;
        var how = exit.ExitCode is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"exited with code {number}")
            : $"was ended by {exit.Signal ?? "an unknown cause"}";
        return $"{how}{lived}; see: tspm why {Config.ShellWords.Quote(cell.Definition.Name)}";
    }

    /// <summary>
    /// The first end since the start that nobody had asked for (a restart asks for that of the former child): it says
    /// more than those of its successors. Null: none.
    /// </summary>
    public static RecentExit? OwnEnd(Supervisor.Pending pending)
    {
        RecentExit? first = null;
        foreach (var exit in pending.Cell.View.RecentExits)
        {
            var wasAsked = exit.Cause is CauseCode.User or CauseCode.Shutdown;
            if (!wasAsked && !pending.ExitsBefore.Any(exit.IsSameEnd)) first = exit;
        }
        return first;
    }

    static bool IsGood(ProcessConfig config, int? code) => code == 0 || RestartPolicy.Of(config).IsMeant(code);

    static TimeSpan Rounded(TimeSpan time) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Math.Round(time.TotalMilliseconds)));

    static void Report(SupervisedProcess cell, string problem, List<ProcessOutcome> outcomes)
    {
        var at = outcomes.FindIndex(outcome => outcome.Id == cell.Key.Id && outcome.Instance == cell.Key.Instance);
        if (at >= 0 && outcomes[at].Error is null) outcomes[at] = Settle.Outcome(cell.View) with { Error = problem };
    }
}
