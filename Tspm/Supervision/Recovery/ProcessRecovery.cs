using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Recovery;

/// <summary>How a process goes on after an earlier daemon, from its run record.</summary>
internal sealed class ProcessRecovery(SupervisionServices services, SupervisedProcess process)
{
    /// <summary>How often to look again whether what a dead daemon left of its preStart is gone.</summary>
    static readonly TimeSpan SweepAgainAfter = TimeSpan.FromMilliseconds(5);

    readonly EarlierChildren _children = new(services);

    /// <summary>Goes on where an earlier daemon of this boot was. Called once, before any event.</summary>
    public void Resume(RunRecord record, RecoveredState left)
    {
        process.Journal.Restore(record);
        process.Facts.Restore(record);
        var state = RunJournal.StateOf(record.Common);
        // An older version did not say when the child ended.
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
        if (process.Replacement is { } replacement) replacement.GoOn();
        // It never came to be: an intent that stays on record would be told of somebody else's end.
        else if (record.Replacement is not null) process.Journal.Save();
        process.Publish();
    }

    /// <summary>After a reboot only the counters and the history are of use.</summary>
    public void ResumeHistory(RunRecord record)
    {
        process.Journal.RestoreOfEarlierBoot(record);
        var phase = LifecycleNames.PhaseOf(record.Common.Phase);
        var hadChild = phase is LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping;
        if (hadChild && record.Current is { Pid: not 0, Exit: null } child)
        {
            process.Narrator.TellOfReboot(record.Common, child);
            process.Journal.SaveEndOfBoot(record, child);
        }
        process.Facts.RestoreOfEarlierBoot(record);
        process.Life.RestoreOfEarlierBoot(record.Common.Restarts);
        process.Publish();
    }

    /// <summary>
    /// A child runs that no record tells of: goes on with it as with a spawn that was not recorded.
    /// </summary>
    /// <param name="record">The record of an earlier run; null: there is none.</param>
    /// <param name="runId">The run.</param>
    /// <param name="left">What else the earlier daemon left.</param>
    /// <param name="wish">By the saved state, for want of a record.</param>
    /// <returns>False: nobody holds the FIFO of that run.</returns>
    public bool ResumeUnrecorded(RunRecord? record, ulong runId, RecoveredState left, DesiredState wish)
    {
        if (!_children.IsHeld(process.Runs.StreamsOf(runId).OutFifo)) return false;
        record ??= new RunRecord
        {
            Common = new ProcessRecord { BootId = services.System.BootId, Desired = wish },
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
                Mark = RunMark.None, // its child tells which one it carries
            },
        };
        Resume(intent, left);
        return true;
    }

    /// <summary>
    /// An earlier daemon died in the middle of a reload. Whoever asked for it has got no answer, so the second child
    /// goes, whichever of the two it is; the first one stays. Before the first one is resumed, which may have to wait
    /// for it.
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
        // One that has ended says nothing more: its socket, if the guardian has it still, is let go of.
        if (second.Exit is null) process.Runs.Resume(run);
        else services.Outputs.Resume(run.Streams);
        if (child is not null) _children.Mark(run, child);
        // Counted already: the guardian tells again what was not acknowledged.
        if (second.Exit is not null) run.MeetEnded(second);
        else run.Meet(child ?? new EndedChild(second.Pid, second.StartTicks));
        // The two had changed places: the second one is the old one, and the reload had succeeded.
        var wasReplaced = second.RunId < record.Current?.RunId;
        const string lost = "the daemon ended in the middle of the reload";
        var known = process.State.Cause;
        var cause = !wasReplaced ? new Cause(CauseCode.Reload) { Detail = lost }
            : known.Request == CauseRequest.Reload ? known : Cause.Requested(CauseRequest.Reload);
        process.RestoreReplacement(cause).Restore(run, wasReplaced ? null : lost);
    }

    void ResumeChild(RunRecord record)
    {
        // Without a record of its own it is not known which child that was; the next look finds nobody.
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

    /// <summary>How it ended was seen and saved; perhaps it was not reaped, and nothing has followed from it.</summary>
    void ResumeExited(ChildRun run, ChildRecord child)
    {
        services.Outputs.Resume(run.Streams);
        run.MeetEnded(child);
        run.Ending.LookForLeftovers();
        process.RestoreEnded(run);
        run.Owner!.Exited(run);
    }

    void ResumeCleanUp(RunRecord record)
    {
        var child = record.Current ?? new ChildRecord { RunId = 0 };
        var run = FromRecord(child, record);
        run.MeetEnded(child);
        process.RestoreEnded(run);
        run.Ending.CleanUp();
    }

    /// <summary>
    /// A spawn was intended and nobody wrote down whether it happened.
    /// </summary>
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
                process.Handle(new LifecycleEvent.SpawnForgotten());
            else ForgetPreStart();
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
    /// An earlier daemon may have been in the middle of its preStart hook. What that left is killed, and it runs again.
    /// </summary>
    void ForgetPreStart()
    {
        if (process.IsForgotten) return;
        if (_children.KillHooksOf(process.Key)) process.Handle(new LifecycleEvent.SpawnForgotten());
        else services.Timers.After(SweepAgainAfter, ForgetPreStart);
    }
}
