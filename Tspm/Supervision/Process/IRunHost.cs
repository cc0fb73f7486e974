using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// A process as its runs see it. This and the other interfaces of <see cref="SupervisedProcess"/> are layers: each
/// shows the parts below it to the part that needs them, so that no part knows the whole process, and the parts do not
/// know each other in circles.
/// </summary>
internal interface IRunHost : IViewedProcess
{
    /// <summary>Changes while a run goes on.</summary>
    ProcessDefinition Definition { get; }

    /// <summary>Makes a new snapshot.</summary>
    void Publish();

    /// <summary>Writes the run record as things are now.</summary>
    void Save();

    /// <summary>See <see cref="RunJournal.SaveExit"/>.</summary>
    void SaveExit(ChildRun run, ExitStatus status, Cause cause, bool wasAsked);

    /// <summary>See <see cref="Lifecycle.ExitHistory.Amend"/>.</summary>
    void AmendExit(ChildRun run);

    /// <summary>See <see cref="RunTrees.MarkOf"/>.</summary>
    TreeMark? MarkOf(ChildRun run);

    /// <summary>See <see cref="RunTrees.MayFinish"/>.</summary>
    bool MayFinish(ChildRun run);

    /// <summary>See <see cref="ProcessNarrator.TellOfLeftovers"/>.</summary>
    void TellOfLeftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal);
}
