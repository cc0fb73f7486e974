using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>How a process goes on after an earlier daemon, from its run record.</summary>
internal sealed class ProcessRecovery(SupervisionServices services, SupervisedProcess process)
{
    /// <summary>How often to look again whether what a dead daemon left of its preStart is gone.</summary>
    static readonly TimeSpan SweepAgainAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>Goes on where an earlier daemon of this boot was. Called once, before any event.</summary>
    public void Resume(RunRecord record, Inheritance left)
    {
        process.Journal.Restore(record);
        process.Facts.Restore(record);
        var state = RunJournal.StateOf(record);
        // An older version did not say when the child ended.
        if (state is { Phase: LifecyclePhase.Sweeping, EndedAtMonotonic.Ticks: 0 })
            state = state with { EndedAtMonotonic = services.Timers.Now };
        process.Life.Restore(state);
        process.Narrator.Begin();
        if (record.Second is { } second)
            RestoreReplacement(second, left.EndedBeforeRecorded(second), wasReplaced: second.RunId < record.RunId);
        switch (state.Phase)
        {
            case LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping:
                ResumeChild(record);
                break;
            case LifecyclePhase.Spawning:
                ResumeIntent(record, left.EndedBeforeRecorded(record));
                break;
            case LifecyclePhase.Sweeping:
                var ended = process.Runs.FromRecord(record);
                ended.MeetEnded(record);
                process.RestoreEnded(ended);
                ended.Ending.CleanUp();
                break;
            case LifecyclePhase.Waiting:
                var due = TimeSpan.FromMilliseconds(record.NextStartMonotonicMs) - services.Timers.Now;
                process.Backoff.Arm(due > TimeSpan.Zero ? due : TimeSpan.Zero);
                break;
        }
        if (process.Replacement is { } replacement) replacement.GoOn();
        // It never came to be: an intent that stays on record would be told of somebody else's end.
        else if (record.Second is not null) process.Journal.Save();
        process.Publish();
    }

    /// <summary>After a reboot only the counters and the history are of use.</summary>
    public void ResumeHistory(RunRecord record)
    {
        process.Journal.RestoreOfEarlierBoot(record);
        var phase = LifecycleNames.PhaseOf(record.Phase);
        var hadChild = record is { Pid: not 0, HasEnded: false }
            && phase is LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping;
        if (hadChild)
        {
            process.Narrator.TellOfReboot(record);
            process.Journal.SaveEndOfBoot(record);
        }
        process.Facts.RestoreOfEarlierBoot(record);
        process.Life.RestoreOfEarlierBoot(record.Restarts);
        process.Publish();
    }

    /// <summary>
    /// A child runs that no record tells of: goes on with it as with a spawn that was not recorded.
    /// </summary>
    /// <returns>False: nobody holds the FIFO of that run.</returns>
    public bool ResumeUnrecorded(RunRecord? record, ulong runId, Inheritance left)
    {
        if (services.System.FindFifoHolder(process.Runs.StreamsOf(runId).OutFifo) is null) return false;
        record ??= new RunRecord { BootId = services.System.BootId, Desired = process.Definition.Desired };
        var intent = record with
        {
            Phase = nameof(LifecyclePhase.Spawning), Next = nameof(AfterExit.Start), RunId = runId, LastRunId = runId,
            Pid = 0, StartTicks = 0, IntendedTicks = 0, HasEnded = false, GuardianPid = 0,
        };
        Resume(intent, left);
        return true;
    }

    /// <summary>
    /// An earlier daemon died in the middle of a reload. Whoever asked for it has got no answer, so the second child
    /// goes, whichever of the two it is; the first one stays. Before the first one is resumed, which may have to wait
    /// for it.
    /// </summary>
    /// <param name="record">Of the second child.</param>
    /// <param name="ended">How it ended meanwhile; null: not known to have.</param>
    /// <param name="wasReplaced">The two had changed places: it is the old one, and the reload had succeeded.</param>
    void RestoreReplacement(RunRecord record, GuardianRecord? ended, bool wasReplaced)
    {
        var run = process.Runs.FromRecord(record);
        var child = record.Pid == 0 ? process.Runs.FindChild(run, ended)
            : record.HasEnded ? null : services.System.Adopt(record.Pid, record.StartTicks);
        if (child is null && record.Pid == 0)
        {
            services.Outputs.Discard(run.Streams);
            return;
        }
        process.Runs.Resume(run);
        if (child is not null) process.Runs.Mark(run, child);
        // Counted already: the guardian tells again what was not acknowledged.
        if (record.HasEnded) run.MeetEnded(record);
        else run.Meet(child ?? new EndedChild(record.Pid, record.StartTicks));
        const string lost = "the daemon ended in the middle of the reload";
        var known = process.State.Cause;
        var cause = !wasReplaced ? new Cause(CauseCode.Reload) { Detail = lost }
            : known.Request == CauseRequest.Reload ? known : Cause.Requested(CauseRequest.Reload);
        process.RestoreReplacement(cause).Restore(run, wasReplaced ? null : lost);
    }

    void ResumeChild(RunRecord record)
    {
        var run = process.Runs.FromRecord(record);
        if (record.HasEnded)
        {
            services.Outputs.Resume(run.Streams);
            // Seen and saved, perhaps not reaped.
            run.MeetEnded(record);
            run.Ending.LookForLeftovers();
            process.RestoreEnded(run);
            run.Owner!.Exited(run);
            return;
        }
        process.RestoreCurrent(run);
        process.Runs.Resume(run);
        var child = services.System.Adopt(record.Pid, record.StartTicks);
        if (child is not null) process.Runs.Mark(run, child);
        run.Watch(child ?? new EndedChild(record.Pid, record.StartTicks));
        if (process.State.Phase == LifecyclePhase.Stopping) run.Ending.SendStopSignal();
    }

    /// <summary>
    /// A spawn was intended and nobody wrote down whether it happened: the guardian may have reaped the child; else
    /// whoever holds the run's FIFO is it.
    /// </summary>
    void ResumeIntent(RunRecord record, GuardianRecord? ended)
    {
        var run = process.Runs.FromRecord(record);
        if (process.Runs.FindChild(run, ended) is not { } child)
        {
            services.Outputs.Discard(run.Streams);
            if (process.Definition.Config.Hooks?.PreStart is null)
                process.Handle(new LifecycleEvent.SpawnForgotten());
            else ForgetPreStart();
            return;
        }
        process.RestoreCurrent(run);
        run.StartedAt ??= services.Clock.GetUtcNow();
        run.StartedAtMonotonic = services.Timers.Now;
        process.Runs.Resume(run);
        process.Runs.Mark(run, child);
        run.Watch(child);
        process.Handle(new LifecycleEvent.SpawnSucceeded(AwaitsReady: run.Ready is not null));
    }

    /// <summary>
    /// An earlier daemon may have been in the middle of its preStart hook. What that left is killed, and it runs again.
    /// </summary>
    void ForgetPreStart()
    {
        if (process.IsForgotten) return;
        var mark = new TreeMark(0, process.Key.Id, process.Key.Instance);
        if (services.System.KillLeftovers(mark) == 0) process.Handle(new LifecycleEvent.SpawnForgotten());
        else services.Timers.After(SweepAgainAfter, ForgetPreStart);
    }
}
