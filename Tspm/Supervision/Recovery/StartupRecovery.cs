using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// Brings up a starting daemon: loads the saved definitions, finds the children that an earlier daemon of this boot
/// left running, and then moves every process to its desired state.
/// </summary>
internal sealed class StartupRecovery(Supervisor supervisor, SupervisionServices services, SupervisorLoop loop)
{
    ProcessTable Table => supervisor.Table;

    /// <param name="file">The saved state.</param>
    /// <param name="left">What earlier daemons left.</param>
    public void Resume(ProcessesFile file, RecoveredState left)
    {
        foreach (var runId in left.RunIds) services.RunNumbers.SkipPast(runId);
        services.Listeners.BeginResume();
        Table.Load(file);
        HookRun.CleanUp(services, left);
        var desired = new SavedDesiredStates(file);
        var definitions = new DefinitionRecovery(services, Table);
        var isRestored = definitions.Restore(left.Records, desired);
        definitions.RemoveUseless(left.Records);
        if (supervisor.LogMoves.FinishEarlier(file) || isRestored) _ = supervisor.Save();
        foreach (var process in Table.Processes) Resume(process, left, desired);
        foreach (var record in left.Reaped) supervisor.ApplyGuardianRecord(record);
        ListenerCloser.Resume(services.Listeners, Table);
        foreach (var process in Table.Processes)
        {
            ApplyDesiredState(
                process, RecordOf(process, left) is null ? desired.Of(process.Key) : process.State.Desired);
            supervisor.OnChanged(process, process.State); // adopting a child is not a change
        }
        // After the output of earlier runs has been resumed, which would create deleted log files again.
        loop.Post(supervisor.Changes.FinishEarlier);
    }

    void Resume(SupervisedProcess process, RecoveredState left, SavedDesiredStates desired)
    {
        var recovery = new ProcessRecovery(services, process);
        var record = RecordOf(process, left);
        if (left.RunNewerThan(process.Key, record?.NewestRun ?? 0) is { } runId
            && recovery.ResumeUnrecorded(record, runId, left, desired.Of(process.Key))) return;
        if (record is not null) recovery.Resume(record, left);
        else if (left.Records.TryGetValue(process.Key, out var earlier)) recovery.ResumeHistory(earlier);
    }

    /// <summary>The record of this boot; null if there is none.</summary>
    RunRecord? RecordOf(SupervisedProcess process, RecoveredState left) =>
        left.Records.TryGetValue(process.Key, out var record) && record.Common.BootId == services.System.BootId
            ? record : null;

    /// <param name="process">The process to start or stop.</param>
    /// <param name="desired">The desired state, from its own record, which is newer, or from the saved state.</param>
    void ApplyDesiredState(SupervisedProcess process, DesiredState desired)
    {
        if (process.IsSurplus)
        {
            supervisor.Retire(process);
            return;
        }
        var definition = process.Definition;
        if (definition.Deletion is not null) return;
        var isWanted = desired == DesiredState.Up;
        if (isWanted && !definition.IsEnabled && !process.State.HasChild) return;
        if (isWanted && IsDown(process.State))
            process.Handle(definition.Config.IsJob
                ? new LifecycleEvent.StopIntended() // waits for its scheduled time
                : new LifecycleEvent.StartRequested(new Cause(CauseCode.Daemon)));
        if (!isWanted && process.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored))
            process.Handle(new LifecycleEvent.StopRequested(StopOf(process)));
    }

    /// <summary>
    /// Whether the process is down or being stopped. If it is being stopped although its desired state is up, the
    /// earlier daemon died during its own shutdown.
    /// </summary>
    static bool IsDown(LifecycleState state) => state is { Phase: LifecyclePhase.Stopped }
        or { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };

    /// <summary>The cause of a stop that an earlier daemon did not carry out; its requester may be on record.</summary>
    static Cause StopOf(SupervisedProcess process)
    {
        var cause = process.State.Cause;
        var isStop = cause.Code == CauseCode.User
            && cause.Request is CauseRequest.Stop or CauseRequest.Delete or CauseRequest.FewerInstances;
        return isStop ? cause : Cause.Requested(CauseRequest.Stop);
    }
}
