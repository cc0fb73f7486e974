using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>What a starting daemon recovers from earlier ones.</summary>
internal sealed record RecoveredState
{
    public required IReadOnlyDictionary<InstanceKey, RunRecord> Records { get; init; }

    /// <summary>The runs whose output FIFO exists in the home.</summary>
    public required IReadOnlyList<(InstanceKey Key, ulong RunId)> Runs { get; init; }

    /// <summary>
    /// Processes that the guardian reaped and no daemon acknowledged; extended by <see cref="CatchUpAgain"/>.
    /// </summary>
    public required List<GuardianRecord> Reaped { get; init; }

    /// <summary>
    /// Asks the guardian for the records of everything that has ended since; null if there is no guardian.
    /// </summary>
    public Func<IReadOnlyList<GuardianRecord>>? CatchUp { get; init; }

    /// <summary>
    /// When the last daemon under this guardian died, in the unit of <see cref="GuardianRecord.StartTicks"/>; 0 if
    /// there was none.
    /// </summary>
    public long DaemonDiedAtTicks { get; init; }

    /// <summary>The numbers of all earlier runs that are known.</summary>
    public IEnumerable<ulong> RunIds
    {
        get
        {
            foreach (var (_, runId) in Runs) yield return runId;
            foreach (var record in Records.Values) yield return record.NewestRun;
        }
    }

    /// <summary>
    /// The newest run of an instance if it is newer than its record, which could not be written (a full disk) or was
    /// lost; otherwise null.
    /// </summary>
    public ulong? RunNewerThan(InstanceKey key, ulong recorded)
    {
        ulong? newest = null;
        foreach (var (owner, runId) in Runs)
            if (owner == key && runId > recorded && (newest is null || runId > newest)) newest = runId;
        return newest;
    }

    /// <summary>
    /// Adds everything that has ended by now to <see cref="Reaped"/>. A process that was not found before the call, and
    /// is not in the list afterwards, never ran under this guardian.
    /// </summary>
    public void CatchUpAgain() => Reaped.AddRange(CatchUp?.Invoke() ?? []);

    /// <summary>
    /// Whether this guardian must have reaped the child of a run that was intended but never recorded, provided it was
    /// started and has ended: the guardian was there from the intent to the death of the daemon.
    /// </summary>
    /// <param name="intent">The run.</param>
    /// <param name="guardianPid">The guardian of this daemon.</param>
    public bool HasWitness(ChildRecord intent, int guardianPid) =>
        intent.GuardianPid == guardianPid && DaemonDiedAtTicks >= intent.IntendedTicks;

    /// <summary>Whether the output FIFO of a run exists. It is created before the spawn.</summary>
    public bool HasOutput(ulong runId)
    {
        foreach (var run in Runs)
            if (run.RunId == runId) return true;
        return false;
    }

    /// <summary>
    /// The child of a run that was intended but never recorded, if it has ended. The supervisor starts one child at a
    /// time, so only one run can be in that state. Its child started between the intent and the daemon's death, led a
    /// session, and belongs to no other run; if several processes match, the oldest is the child and the others are its
    /// descendants.
    /// </summary>
    /// <returns>Null if no process is known to have been the child.</returns>
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
