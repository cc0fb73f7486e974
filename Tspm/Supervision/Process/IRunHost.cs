using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// A process as seen by its runs. This and the other interfaces of <see cref="SupervisedProcess"/> form layers: each
/// shows a part the parts below it, so that no part knows the whole process and no two parts depend on each other in a
/// circle.
/// </summary>
internal interface IRunHost : IViewedProcess
{
    /// <summary>May change during a run.</summary>
    ProcessDefinition Definition { get; }

    /// <summary>Publishes a new snapshot.</summary>
    void Publish();

    /// <summary>Saves the run record.</summary>
    void Save();

    /// <summary>See <see cref="RunJournal.SaveExit"/>.</summary>
    void SaveExit(ChildRun run, ExitStatus status, Cause cause, bool wasAsked);

    /// <summary>See <see cref="Lifecycle.ExitHistory.Amend"/>.</summary>
    void AmendExit(ChildRun run);

    /// <summary>See <see cref="RunTrees.MarkOf"/>.</summary>
    TreeMark? MarkOf(ChildRun run);

    /// <summary>See <see cref="RunTrees.MayFinish"/>.</summary>
    bool MayFinish(ChildRun run);

    /// <summary>See <see cref="ProcessNarrator.ReportLeftovers"/>.</summary>
    void ReportLeftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal);
}
