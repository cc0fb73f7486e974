using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Facts;

/// <summary>
/// What two runs of an instance that are over were started with: the last one that stayed up, and the last one that did
/// not. What a run was started with may become known after its end.
/// </summary>
internal sealed class FactsHistory
{
    string? _salt;

    /// <summary>Of the last run that stayed up; null: there is none on record.</summary>
    public RunFacts? Good { get; private set; }

    /// <summary>Of a later one that did not; null: there is none, or nothing is known of it.</summary>
    public RunFacts? Failed { get; private set; }

    /// <summary>The same for all runs of the instance, so that their hashes can be compared.</summary>
    public string Salt => _salt ??= (Good ?? Failed)?.Salt ?? Guid.NewGuid().ToString("N");

    /// <summary>Goes on where an earlier daemon was.</summary>
    public void Restore(RunRecord record)
    {
        (Good, Failed) = (record.Common.GoodFacts, record.Common.FailedFacts ?? record.Current?.Facts);
        _salt = (Good ?? Failed)?.Salt;
    }

    /// <summary>The same, in another boot: what was online when the machine went down had not failed.</summary>
    public void RestoreOfEarlierBoot(RunRecord record)
    {
        Restore(record);
        if (record is { Common.Phase: nameof(LifecyclePhase.Online), Current.Facts: { } facts })
            (Good, Failed) = (facts, null);
    }

    /// <summary>A run is over.</summary>
    public void Ended(ChildRun run, bool stayedUp)
    {
        run.StayedUp = stayedUp;
        Place(run);
    }

    /// <summary>The facts of a run, of which less was known before, have been read.</summary>
    public void Learnt(ChildRun run, RunFacts facts)
    {
        run.Facts = facts;
        if (run.StayedUp is not null) Place(run);
    }

    /// <summary><see cref="Failed"/>, unless that is this run.</summary>
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
