using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Facts;

/// <summary>
/// The start conditions of two finished runs of an instance: the last one that stayed up, and the last one that did
/// not. The facts of a run may arrive after its end.
/// </summary>
internal sealed class FactsHistory
{
    string? _salt;

    /// <summary>The facts of the last run that stayed up; null if there is none on record.</summary>
    public RunFacts? Good { get; private set; }

    /// <summary>
    /// The facts of a later run that did not stay up; null if there is none, or its facts are unknown.
    /// </summary>
    public RunFacts? Failed { get; private set; }

    /// <summary>Shared by all runs of the instance, so that their hashes can be compared.</summary>
    public string Salt => _salt ??= (Good ?? Failed)?.Salt ?? Guid.NewGuid().ToString("N");

    /// <summary>Continues from the record of an earlier daemon.</summary>
    public void Restore(RunRecord record)
    {
        (Good, Failed) = (record.Common.GoodFacts, record.Common.FailedFacts ?? record.Current?.Facts);
        _salt = (Good ?? Failed)?.Salt;
    }

    /// <summary>
    /// Continues from the record of an earlier boot: a run that was online when the machine went down did not fail.
    /// </summary>
    public void RestoreOfEarlierBoot(RunRecord record)
    {
        Restore(record);
        if (record is { Common.Phase: nameof(LifecyclePhase.Online), Current.Facts: { } facts })
            (Good, Failed) = (facts, null);
    }

    /// <summary>Called when a run is over.</summary>
    public void Ended(ChildRun run, bool stayedUp)
    {
        run.StayedUp = stayedUp;
        Place(run);
    }

    /// <summary>Called when more facts of a run have been read.</summary>
    public void Update(ChildRun run, RunFacts facts)
    {
        run.Facts = facts;
        if (run.StayedUp is not null) Place(run);
    }

    /// <summary><see cref="Failed"/>, unless it belongs to this run.</summary>
    public RunFacts? FailedBut(ChildRun? run) => Failed?.RunId == run?.Id ? null : Failed;

    void Place(ChildRun run)
    {
        if (run.Facts is not { } facts) return;
        if (run.StayedUp == true)
        {
            if (facts.RunId < Good?.RunId) return;
            Good = facts;
            if (Failed?.RunId <= facts.RunId) Failed = null;
        }
        else if (!(facts.RunId < Failed?.RunId)) Failed = facts;
    }
}
