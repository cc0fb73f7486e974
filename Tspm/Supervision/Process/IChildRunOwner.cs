using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>
/// Acts on what happens to a <see cref="ChildRun"/>: the process for its present child, the replacement for the other
/// one. When the two children change places, their owners do as well.
/// </summary>
internal interface IChildRunOwner
{
    /// <summary>Why the child ended, and whether it had been asked to.</summary>
    (Cause Cause, bool WasAsked) Explain(ChildRun run, ExitStatus status);

    /// <summary>The child ended. How and why is on record, and it has been reaped.</summary>
    void Exited(ChildRun run);

    /// <summary>It has not ended in time; to be answered with <see cref="ChildEnding.Kill"/>.</summary>
    void StopTimedOut(ChildRun run);

    /// <summary>Nothing that it left behind lives any more.</summary>
    void TreeGone(ChildRun run);

    /// <summary>The child said that it is ready.</summary>
    void BecameReady(ChildRun run);

    /// <summary>The child said that it is of no use any more (WATCHDOG=trigger of man 3 sd_notify).</summary>
    void AskedForHelp(ChildRun run);
}
