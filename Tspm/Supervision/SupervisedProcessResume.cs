using Microsoft.Extensions.Logging;
using Tspm.Config;
using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>How an instance goes on after an earlier daemon, from its run record. The other part is in SupervisedProcess.cs.</summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>Goes on where an earlier daemon of this boot was. Called once, before any event.</summary>
    public void Resume(RunRecord record, Inheritance left)
    {
        _exits.Restore(record.RecentExits);
        _facts.Restore(record);
        _state = RunRecords.StateOf(record);
        // An older version did not say when the child ended.
        if (_state is { Phase: LifecyclePhase.Sweeping, EndedAt.Ticks: 0 }) _state = _state with { EndedAt = _services.Timers.Now };
        _lastRun = record.NewestRun;
        _isRunQueued = record.IsRunQueued;
        BeginTelling();
        var second = record.Second is not { } other ? null
            : ResumeSecond(other, left.EndedBeforeRecorded(other), wasReplaced: other.RunId < record.RunId);
        switch (_state.Phase)
        {
            case LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping:
                ResumeChild(record);
                break;
            case LifecyclePhase.Spawning:
                ResumeIntent(record, left.EndedBeforeRecorded(record));
                break;
            case LifecyclePhase.Sweeping:
                _ended = RunOf(record);
                _ended.Child = new EndedChild(record.Pid, record.StartTicks);
                CleanUp();
                break;
            case LifecyclePhase.Waiting:
                var due = TimeSpan.FromMilliseconds(record.NextStartMonotonicMs) - _services.Timers.Now;
                ArmBackoff(due > TimeSpan.Zero ? due : TimeSpan.Zero);
                break;
        }
        if (second is not null) GoOnWithSecond(second);
        // It never came to be: an intent that stays on record would be told of somebody else's end.
        else if (record.Second is not null) Persist();
        Publish();
    }

    /// <summary>After a reboot only the counters and the history are of use.</summary>
    public void ResumeHistory(RunRecord record)
    {
        _lastRun = record.NewestRun;
        _exits.Restore(record.RecentExits);
        var phase = LifecycleNames.PhaseOf(record.Phase);
        var hadChild = record is { Pid: not 0, HasEnded: false }
            && phase is LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping;
        if (hadChild) TellOfReboot(record);
        _facts.RestoreOfEarlierBoot(record);
        _state = _state with { Restarts = record.Restarts, Cause = new Cause(CauseCode.Reboot) };
        Publish();
    }

    void ResumeChild(RunRecord record)
    {
        var run = RunOf(record);
        _services.Outputs.Resume(run.Streams);
        if (record.HasEnded)
        {
            // Seen and saved, perhaps not reaped: the guardian reaps what its dead daemon left.
            run.Child = new EndedChild(record.Pid, record.StartTicks);
            _ended = run;
            _found = EndingOf(run).FindLeftovers();
            Handle(new LifecycleEvent.ChildExited(record.ExitStatus)
            {
                HasLeftovers = WillEnd(_found), Cause = record.EndCause ?? Cause.Ended(record.ExitStatus),
            });
            return;
        }
        _run = run;
        OpenNotifyAgain(run);
        var child = _services.System.Adopt(record.Pid, record.StartTicks);
        if (child is not null) TakeMark(run, child);
        Take(run, child ?? new EndedChild(record.Pid, record.StartTicks));
        if (_state.Phase == LifecyclePhase.Stopping) EndingOf(run).SendStopSignal();
    }

    /// <summary>
    /// A child runs that no record tells of: goes on with it as with a spawn that was not recorded. False: nobody holds the FIFO of that run.
    /// </summary>
    public bool ResumeUnrecorded(RunRecord? record, ulong runId, Inheritance left)
    {
        if (_services.System.FindFifoHolder(RunStreamsOf.Run(_services, Definition, Key, runId).OutFifo) is null) return false;
        Resume((record ?? new RunRecord { BootId = _services.System.BootId, Desired = Definition.Desired }) with
        {
            Phase = nameof(LifecyclePhase.Spawning), Next = nameof(AfterExit.Start), RunId = runId, LastRunId = runId, Pid = 0, StartTicks = 0, IntendedTicks = 0, HasEnded = false, GuardianPid = 0,
        }, left);
        return true;
    }

    /// <summary>A spawn was intended and nobody wrote down whether it happened: the guardian may have reaped the child; else who holds the run's FIFO is it.</summary>
    void ResumeIntent(RunRecord record, GuardianRecord? ended)
    {
        var run = RunOf(record);
        if (ChildOf(run, ended) is not { } child)
        {
            _services.Outputs.Discard(run.Streams);
            if (Definition.Config.Hooks?.PreStart is null) Handle(new LifecycleEvent.SpawnForgotten());
            else ForgetPreStart();
            return;
        }
        _run = run;
        run.StartedAt ??= _services.Clock.GetUtcNow();
        run.BeganAt = _services.Timers.Now;
        _services.Outputs.Resume(run.Streams);
        OpenNotifyAgain(run);
        TakeMark(run, child);
        Take(run, child);
        Handle(new LifecycleEvent.SpawnSucceeded(AwaitsReady: run.Ready is not null));
    }

    IChild? ChildOf(Run run, GuardianRecord? ended)
    {
        if (ended is not null) return new EndedChild(ended.Pid, ended.StartTicks);
        return _services.System.FindFifoHolder(run.Streams.OutFifo) is { } found ? _services.System.Adopt(found.Pid, found.StartTicks) : null;
    }

    Run RunOf(RunRecord record)
    {
        var present = MakeRun(RunStreamsOf.Run(_services, Definition, Key, record.RunId), record.GuardianPid);
        (present.Streams.Begins.Out, present.Streams.Begins.Err) = (record.OutStart, record.ErrStart);
        var run = new Run(present.Streams)
        {
            GuardianPid = present.GuardianPid,
            UsesShell = present.UsesShell,
            StartedAt = record.StartedAt,
            BeganAt = TimeSpan.FromMilliseconds(record.StartedMonotonicMs),
            Ready = record.Ready,
            Health = record.Health,
            StartTimeoutMs = record.StartTimeoutMs,
            Listen = record.Listen ?? [],
            StatusText = record.StatusText,
            ExtendedUntil = TimeSpan.FromMilliseconds(record.ExtendedMonotonicMs),
        };
        run.Mark = record.Mark;
        // The definition may have been saved after the record, or before it.
        var startedWith = record.StartedWith ?? record.Definition?.Config ?? Definition.Config;
        var isSame = ConfigDifference.Between(startedWith, Definition.Config).Count == 0;
        run.StartedWith = isSame ? Definition.Config : startedWith;
        run.Facts = record.Facts?.RunId == record.RunId ? record.Facts : null;
        run.WasOnline = record.WasOnline || record.Phase == nameof(LifecyclePhase.Online);
        if (Probes.ListenerCheck.PortOf(run.Ready) is not null)
            run.Listeners = new Probes.ListenerCheck(_services.Tcp, record.OtherListeners, record.ReadyNote);
        if (record.Ending is { } ending) _ = EndingOf(run, ending);
        return run;
    }

    /// <summary>
    /// A run without a mark on record was started by an older version, or its record was lost: it gets one, or its child
    /// tells the one that it carries.
    /// </summary>
    void TakeMark(Run run, IChild child)
    {
        if (run.Mark == RunMark.None) run.Mark = _services.System.MarkTree(child.Pid, child.StartTicks, RunMark.New());
    }

    /// <summary>Without it the child goes on as if it had no probe to speak to; that is better than to end it.</summary>
    void OpenNotifyAgain(Run run)
    {
        if (OpenNotify(run) is { } failure) _services.Log.LogWarning("{Name} cannot be heard any more: {Problem}", Definition.Name, failure.Sentence);
    }
}
