using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>
/// Handles the events of a <see cref="ChildRun"/>: the process does so for its current child, the replacement for the
/// other one. When the new child is promoted, the two owners change as well.
/// </summary>
internal interface IChildRunOwner
{
    /// <summary>Why the child ended, and whether it had been asked to.</summary>
    (Cause Cause, bool WasAsked) Explain(ChildRun run, ExitStatus status);

    /// <summary>The child has ended, its exit is on record, and it has been reaped.</summary>
    void Exited(ChildRun run);

    /// <summary>The child has not ended in time; answer with <see cref="ChildEnding.Kill"/>.</summary>
    void StopTimedOut(ChildRun run);

    /// <summary>No leftover process lives any more.</summary>
    void TreeGone(ChildRun run);

    /// <summary>The child reported that it is ready.</summary>
    void BecameReady(ChildRun run);

    /// <summary>The child reported that it has failed (WATCHDOG=trigger, man 3 sd_notify).</summary>
    void TriggeredWatchdog(ChildRun run);
}
