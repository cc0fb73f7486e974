using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Daemon;

/// <summary>
/// When a daemon in a container ends by itself (<c>--exit-when</c>), and with what: whoever runs the container wants to
/// see that its work is over, or has failed.
/// </summary>
internal sealed class Ending(string? when)
{
    /// <summary>The exit code of a daemon whose processes have failed.</summary>
    public const int Failed = 1;

    /// <summary>Nothing is looked at before what is to run has been started.</summary>
    public bool IsArmed { get; set; }

    /// <summary>The exit code when it is time; null: not yet.</summary>
    public int? Look(IReadOnlyList<ProcessView> views)
    {
        if (!IsArmed || when is null || views.Count == 0) return null;
        var (down, failed) = (0, false);
        foreach (var view in views)
        {
            var errored = view.State.Observed == ProcessState.Errored;
            if (errored && when == GuardianOptions.WhenErrored) return Failed;
            // A job that waits for its next run is not over.
            var isOver = view.State.Observed == ProcessState.Stopped
                && !(view.Definition.Config.IsJob && view.NextRunAt is not null);
            if (errored || isOver) down++;
            failed |= errored || EndedBadly(view);
        }
        if (when != GuardianOptions.WhenAllStopped || down < views.Count) return null;
        return failed ? Failed : 0;
    }

    /// <summary>By itself, or because it was of no use; what somebody asked to end has not failed.</summary>
    static bool EndedBadly(ProcessView view)
    {
        if (view.RecentExits is not [var last, ..] || !CauseCode.IsFailure(last.Cause)) return false;
        var isOwnEnd = last.Cause == CauseCode.Crash;
        return !isOwnEnd || !RestartPolicy.Of(view.Definition.Config).IsStopExitCode(last.ExitCode);
    }
}
