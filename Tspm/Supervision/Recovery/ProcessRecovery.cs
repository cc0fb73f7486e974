using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Recovery;

/// <summary>Continues a process after an earlier daemon, from its run record.</summary>
internal sealed class ProcessRecovery(SupervisionServices services, SupervisedProcess process)
{
    /// <summary>How often to check whether the leftovers of a dead daemon's preStart hook are gone.</summary>
    static readonly TimeSpan SweepRetryDelay = TimeSpan.FromMilliseconds(5);

    readonly EarlierChildren _children = new(services);

    /// <summary>Continues from the record of an earlier daemon of this boot. Called once, before any event.</summary>
    public void Resume(RunRecord record, RecoveredState left)
    {
        process.Journal.Restore(record);
        process.Facts.Restore(record);
        var state = RunJournal.StateOf(record.Common);
        // Older versions did not record when the child ended.
        if (state is { Phase: LifecyclePhase.Sweeping, EndedAtMonotonic.Ticks: 0 })
            state = state with { EndedAtMonotonic = services.Timers.Now };
        process.Life.Restore(state);
        process.Narrator.Begin();
        if (record.Replacement is not null) RestoreReplacement(record, left);
        switch (state.Phase)
        {
            case LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping:
                ResumeChild(record);
                break;
            case LifecyclePhase.Spawning:
                ResumeIntent(record, left);
                break;
            case LifecyclePhase.Sweeping:
                ResumeCleanUp(record);
                break;
            case LifecyclePhase.Waiting:
                var due = TimeSpan.FromMilliseconds(record.Common.NextStartMonotonicMs) - services.Timers.Now;
                process.Backoff.Arm(due > TimeSpan.Zero ? due : TimeSpan.Zero);
                break;
        }
        if (process.Replacement is { } replacement) replacement.Resume();
        // The second child was never started; if the intent stayed on record, the exit of some other process could be
        // attributed to it.
        else if (record.Replacement is not null) process.Journal.Save();
        process.Publish();
    }

    /// <summary>Restores the counters and the history after a reboot; nothing else is useful.</summary>
    public void ResumeHistory(RunRecord record)
    {
        process.Journal.RestoreOfEarlierBoot(record);
        var phase = LifecycleNames.PhaseOf(record.Common.Phase);
        var hadChild = phase is LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping;
        if (hadChild && record.Current is { Pid: not 0, Exit: null } child)
        {
            process.Narrator.ReportReboot(record.Common, child);
            process.Journal.SaveEndOfBoot(record, child);
        }
        process.Facts.RestoreOfEarlierBoot(record);
        process.Life.RestoreOfEarlierBoot(record.Common.Restarts);
        process.Publish();
    }

    /// <summary>Continues with a child that no record describes, as after a spawn that was not recorded.</summary>
    /// <param name="record">The record of an earlier run; null if there is none.</param>
    /// <param name="runId">The run.</param>
    /// <param name="left">What else the earlier daemon left.</param>
    /// <param name="desired">The desired state in the saved state, because there is no record.</param>
    /// <returns>False if no process holds the FIFO of that run.</returns>
    public bool ResumeUnrecorded(RunRecord? record, ulong runId, RecoveredState left, DesiredState desired)
    {
        if (!_children.IsHeld(process.Runs.StreamsOf(runId).OutFifo)) return false;
        record ??= new RunRecord
        {
            Common = new ProcessRecord { BootId = services.System.BootId, Desired = desired },
        };
        var intent = record with
        {
            Common = record.Common with
            {
                Phase = nameof(LifecyclePhase.Spawning),
                Next = nameof(AfterExit.Start),
                LastRunId = runId,
            },
            Current = (record.Current ?? new ChildRecord { RunId = runId }) with
            {
                RunId = runId,
                Pid = 0,
                StartTicks = 0,
                IntendedTicks = 0,
                Exit = null,
                GuardianPid = 0,
                Mark = RunMark.None, // read from the child later
            },
        };
        Resume(intent, left);
        return true;
    }

    /// <summary>
    /// Handles a reload during which the earlier daemon died. Its requester got no answer, so the second child, whether
    /// new or old, is stopped, and the current one is kept. Runs before the current child is resumed, which may have to
    /// wait for the second one.
    /// </summary>
    void RestoreReplacement(RunRecord record, RecoveredState left)
    {
        var second = record.Replacement!;
        var run = FromRecord(second, record);
        var isIntent = second is { Pid: 0, Exit: null };
        var child = isIntent ? _children.Find(run, second, left)
            : second.Exit is not null ? null : _children.Adopt(second);
        if (child is null && isIntent)
        {
            services.Outputs.Discard(run.Streams);
            return;
        }
        // A child that has ended sends no messages, so its socket is released if the guardian still holds it.
        if (second.Exit is null) process.Runs.Resume(run);
        else services.Outputs.Resume(run.Streams);
        if (child is not null) _children.Mark(run, child);
        // The exit has been counted already; the guardian repeats records that were not acknowledged.
        if (second.Exit is not null) run.AttachEnded(second);
        else run.Attach(child ?? new EndedChild(second.Pid, second.StartTicks));
        // The new child had been promoted: the second child is the old one, and the reload succeeded.
        var wasReplaced = second.RunId < record.Current?.RunId;
        const string lost = "the daemon died during the reload";
        var known = process.State.Cause;
        var cause = !wasReplaced ? new Cause(CauseCode.Reload) { Detail = lost }
            : known.Request == CauseRequest.Reload ? known : Cause.Requested(CauseRequest.Reload);
        process.RestoreReplacement(cause).Restore(run, wasReplaced ? null : lost);
    }

    void ResumeChild(RunRecord record)
    {
        // Without a record the child is unknown; the search below finds no process.
        var child = record.Current ?? new ChildRecord { RunId = 0 };
        var run = FromRecord(child, record);
        if (child.Exit is not null)
        {
            ResumeExited(run, child);
            return;
        }
        process.RestoreCurrent(run);
        process.Runs.Resume(run);
        var adopted = _children.Adopt(child);
        if (adopted is not null) _children.Mark(run, adopted);
        run.Watch(adopted ?? new EndedChild(child.Pid, child.StartTicks));
        if (process.State.Phase == LifecyclePhase.Stopping) run.Ending.SendStopSignal();
    }

    /// <summary>
    /// The exit was seen and recorded, but the child may not have been reaped, and nothing has followed from the exit.
    /// </summary>
    void ResumeExited(ChildRun run, ChildRecord child)
    {
        services.Outputs.Resume(run.Streams);
        run.AttachEnded(child);
        run.Ending.FindLeftovers();
        process.RestoreEnded(run);
        run.Owner!.Exited(run);
    }

    void ResumeCleanUp(RunRecord record)
    {
        var child = record.Current ?? new ChildRecord { RunId = 0 };
        var run = FromRecord(child, record);
        run.AttachEnded(child);
        process.RestoreEnded(run);
        run.Ending.CleanUp();
    }

    /// <summary>Handles a spawn that was intended, without a record of whether it happened.</summary>
    void ResumeIntent(RunRecord record, RecoveredState left)
    {
        var intent = record.Current ?? new ChildRecord { RunId = 0 };
        var run = FromRecord(intent, record);
        if (intent.Exit is not null)
        {
            ResumeExited(run, intent);
            return;
        }
        if (_children.Find(run, intent, left) is not { } child)
        {
            services.Outputs.Discard(run.Streams);
            if (process.Definition.Config.Hooks?.PreStart is null)
                process.Handle(new LifecycleEvent.SpawnAbandoned());
            else AbandonPreStart();
            return;
        }
        process.RestoreCurrent(run);
        run.StartedAtMonotonic = services.Timers.Now;
        process.Runs.Resume(run);
        if (child.Pid == 0)
        {
            // It ends without ever having been known to run.
            run.Watch(child);
            return;
        }
        run.StartedAt ??= services.Clock.GetUtcNow();
        _children.Mark(run, child);
        run.Watch(child);
        process.Handle(new LifecycleEvent.SpawnSucceeded(AwaitsReady: run.Ready is not null));
    }

    ChildRun FromRecord(ChildRecord child, RunRecord record) =>
        process.Runs.FromRecord(child, record.Common.Definition);

    /// <summary>
    /// Handles a preStart hook during which the earlier daemon may have died: kills what is left of the hook, and runs
    /// it again.
    /// </summary>
    void AbandonPreStart()
    {
        if (process.IsForgotten) return;
        if (_children.KillHooksOf(process.Key)) process.Handle(new LifecycleEvent.SpawnAbandoned());
        else services.Timers.After(SweepRetryDelay, AbandonPreStart);
    }
}
