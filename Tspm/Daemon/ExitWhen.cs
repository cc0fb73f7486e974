using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>
/// Decides when a daemon in a container exits on its own (<c>--exit-when</c>), and with which exit code: whoever runs
/// the container wants to see that its work is done or has failed.
/// </summary>
internal sealed class ExitWhen(string? when)
{
    /// <summary>The exit code of a daemon whose processes have failed.</summary>
    public const int Failed = 1;

    /// <summary>False until the processes have been started: before that, all of them are down.</summary>
    public bool IsArmed { get; set; }

    /// <summary>Checks the condition against the present states.</summary>
    /// <returns>The exit code; null while the daemon has to keep running.</returns>
    public int? ExitCodeFor(IReadOnlyList<ProcessView> views)
    {
        if (!IsArmed || when is null || views.Count == 0) return null;
        var (down, failed) = (0, false);
        foreach (var view in views)
        {
            var errored = view.State.Observed == ProcessState.Errored;
            if (errored && when == GuardianOptions.WhenErrored) return Failed;
            // A job that waits for its next run is not done.
            var isOver = view.State.Observed == ProcessState.Stopped
                && !(view.Definition.Config.IsJob && view.NextRunAt is not null);
            if (errored || isOver) down++;
            failed |= errored || EndedBadly(view);
        }
        if (when != GuardianOptions.WhenAllStopped || down < views.Count) return null;
        return failed ? Failed : 0;
    }

    /// <summary>
    /// True if the last run failed: it crashed with an exit code the policy does not expect, or Tspm stopped it because
    /// of a failure. A run that a user stopped has not failed.
    /// </summary>
    static bool EndedBadly(ProcessView view)
    {
        if (view.RecentExits is not [var last, ..] || !CauseCode.IsFailure(last.Cause)) return false;
        var isOwnEnd = last.Cause == CauseCode.Crash;
        return !isOwnEnd || !RestartPolicy.From(view.Definition.Config).IsStopExitCode(last.ExitCode);
    }
}
