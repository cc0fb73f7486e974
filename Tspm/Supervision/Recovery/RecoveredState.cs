using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>What a starting daemon recovers of earlier ones.</summary>
internal sealed record RecoveredState
{
    public required IReadOnlyDictionary<InstanceKey, RunRecord> Records { get; init; }

    /// <summary>Runs whose output FIFO lies in the home.</summary>
    public required IReadOnlyList<(InstanceKey Key, ulong RunId)> Runs { get; init; }

    /// <summary>What the guardian reaped and no daemon acknowledged; grows by <see cref="CatchUpAgain"/>.</summary>
    public required List<GuardianRecord> Reaped { get; init; }

    /// <summary>Asks the guardian for the records of all that has ended since; null: there is none to ask.</summary>
    public Func<IReadOnlyList<GuardianRecord>>? CatchUp { get; init; }

    /// <summary>
    /// When the last daemon under this guardian died, on the clock of <see cref="GuardianRecord.StartTicks"/>; 0: there
    /// was none.
    /// </summary>
    public long DaemonDiedAtTicks { get; init; }

    /// <summary>Numbers of all earlier runs that anything tells of.</summary>
    public IEnumerable<ulong> RunIds
    {
        get
        {
            foreach (var (_, runId) in Runs) yield return runId;
            foreach (var record in Records.Values) yield return record.NewestRun;
        }
    }

    /// <summary>
    /// The newest run of an instance that is newer than its record: the record could not be written (a full disk), or
    /// was lost. Null: there is none.
    /// </summary>
    public ulong? RunNewerThan(InstanceKey key, ulong recorded)
    {
        ulong? newest = null;
        foreach (var (owner, runId) in Runs)
            if (owner == key && runId > recorded && (newest is null || runId > newest)) newest = runId;
        return newest;
    }

    /// <summary>
    /// Whatever has ended by now is in <see cref="Reaped"/> afterwards: what was not to be found before the call, and
    /// is not among those either, has never lived under this guardian.
    /// </summary>
    public void CatchUpAgain() => Reaped.AddRange(CatchUp?.Invoke() ?? []);

    /// <summary>
    /// This guardian has reaped the child of a run that was intended and never recorded, if there was one and it has
    /// ended: it was there from the intent to the death of the daemon.
    /// </summary>
    /// <param name="intent">The run.</param>
    /// <param name="guardianPid">The guardian of this daemon.</param>
    public bool HasWitness(ChildRecord intent, int guardianPid) =>
        intent.GuardianPid == guardianPid && DaemonDiedAtTicks >= intent.IntendedTicks;

    /// <summary>The output FIFO of a run was made, which comes before its spawn, and has not been removed.</summary>
    public bool HasOutput(ulong runId)
    {
        foreach (var run in Runs)
            if (run.RunId == runId) return true;
        return false;
    }

    /// <summary>
    /// The child of a run that was intended and never recorded, when it has ended already. The supervisor starts one
    /// child at a time, so only one run can be in that state: its child is who started between the intent and the
    /// daemon's death, led a session, and belongs to no other run; of several, which its descendants are, the oldest.
    /// Null: nobody is known to have been it.
    /// </summary>
    public GuardianRecord? EndedBeforeRecorded(ChildRecord intent)
    {
        if (intent.IntendedTicks == 0) return null;
        GuardianRecord? oldest = null;
        foreach (var reaped in Reaped)
        {
            var isOfThatTime = reaped.StartTicks >= intent.IntendedTicks && reaped.StartTicks <= DaemonDiedAtTicks;
            if (!reaped.LedSession || !isOfThatTime || Records.Values.Any(record => IsOf(record, reaped))) continue;
            if (oldest is null || reaped.IsOlderThan(oldest.Pid, oldest.StartTicks)) oldest = reaped;
        }
        return oldest;

        static bool IsOf(RunRecord record, GuardianRecord reaped) =>
            record.Current?.IsProcess(reaped.Pid, reaped.StartTicks) == true
            || record.Replacement?.IsProcess(reaped.Pid, reaped.StartTicks) == true;
    }
}
