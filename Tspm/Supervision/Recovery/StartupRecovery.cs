using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// How a starting daemon goes on: it takes the saved definitions, finds the children that an earlier daemon of this
/// boot left running, and then brings every process to where it is wanted.
/// </summary>
internal sealed class StartupRecovery(Supervisor supervisor, SupervisionServices services, SupervisorLoop loop)
{
    ProcessTable Table => supervisor.Table;

    /// <param name="file">What was saved.</param>
    /// <param name="left">What is left of earlier daemons.</param>
    public void Resume(ProcessesFile file, RecoveredState left)
    {
        foreach (var runId in left.RunIds) services.RunNumbers.Met(runId);
        services.Listeners.BeginResume();
        Table.Load(file);
        HookRun.CleanUp(services, left);
        var wishes = new SavedWishes(file);
        var definitions = new DefinitionRecovery(services, Table);
        var isRestored = definitions.Restore(left.Records, wishes);
        definitions.RemoveUseless(left.Records);
        if (supervisor.LogMoves.FinishEarlier(file) || isRestored) _ = supervisor.Save();
        foreach (var process in Table.Cells) Resume(process, left, wishes);
        foreach (var record in left.Reaped) supervisor.TakeGuardianRecord(record);
        ListenerCloser.Resume(services.Listeners, Table);
        foreach (var process in Table.Cells)
        {
            FollowWish(process, RecordOf(process, left) is null ? wishes.Of(process.Key) : process.State.Desired);
            supervisor.OnChanged(process, process.State); // an adopted child came without a change
        }
        // After output that an earlier run left has been taken up: logs that are to go would be made anew by it.
        loop.Post(supervisor.Changes.GoOn);
    }

    void Resume(SupervisedProcess process, RecoveredState left, SavedWishes wishes)
    {
        var recovery = new ProcessRecovery(services, process);
        var record = RecordOf(process, left);
        if (left.RunNewerThan(process.Key, record?.NewestRun ?? 0) is { } runId
            && recovery.ResumeUnrecorded(record, runId, left, wishes.Of(process.Key))) return;
        if (record is not null) recovery.Resume(record, left);
        else if (left.Records.TryGetValue(process.Key, out var earlier)) recovery.ResumeHistory(earlier);
    }

    /// <summary>The record of this boot; null: there is none.</summary>
    RunRecord? RecordOf(SupervisedProcess process, RecoveredState left) =>
        left.Records.TryGetValue(process.Key, out var record) && record.Common.BootId == services.System.BootId
            ? record : null;

    /// <param name="process">To be up or down.</param>
    /// <param name="wish">By its own record, which is the newer one, or by the saved state.</param>
    void FollowWish(SupervisedProcess process, DesiredState wish)
    {
        if (process.IsSurplus)
        {
            supervisor.Retire(process);
            return;
        }
        var definition = process.Definition;
        if (definition.Deletion is not null) return;
        var isWanted = wish == DesiredState.Up;
        if (isWanted && !definition.IsEnabled && !process.State.HasChild) return;
        if (isWanted && IsDown(process.State))
            process.Handle(definition.Config.IsJob
                ? new LifecycleEvent.StopIntended() // it waits for its next time
                : new LifecycleEvent.StartRequested(new Cause(CauseCode.Daemon)));
        if (!isWanted && process.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored))
            process.Handle(new LifecycleEvent.StopRequested(StopOf(process)));
    }

    /// <summary>Or on its way there: with a wish to be up, the earlier daemon died during its own shutdown.</summary>
    static bool IsDown(LifecycleState state) => state is { Phase: LifecyclePhase.Stopped }
        or { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };

    /// <summary>The stop that an earlier daemon did not come to; who had asked for it may be on record.</summary>
    static Cause StopOf(SupervisedProcess process)
    {
        var cause = process.State.Cause;
        var isStop = cause.Code == CauseCode.User
            && cause.Request is CauseRequest.Stop or CauseRequest.Delete or CauseRequest.FewerInstances;
        return isStop ? cause : Cause.Requested(CauseRequest.Stop);
    }
}
