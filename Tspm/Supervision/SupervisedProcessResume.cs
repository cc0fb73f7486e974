using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>How an instance goes on after an earlier daemon, from its run record. The other part is in SupervisedProcess.cs.</summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>Goes on where an earlier daemon of this boot was. Called once, before any event.</summary>
    public void Resume(RunRecord record)
    {
        _exits.Restore(record.RecentExits);
        _state = RunRecords.StateOf(record);
        switch (_state.Phase)
        {
            case LifecyclePhase.Online or LifecyclePhase.Stopping:
                ResumeChild(record);
                break;
            case LifecyclePhase.Spawning:
                ResumeIntent(record);
                break;
            case LifecyclePhase.Sweeping:
                _sweepPid = record.Pid;
                Sweep();
                break;
            case LifecyclePhase.Waiting:
                var due = TimeSpan.FromMilliseconds(record.NextStartMonotonicMs) - _services.Timers.Now;
                ArmBackoff(due > TimeSpan.Zero ? due : TimeSpan.Zero);
                break;
        }
        Publish();
    }

    /// <summary>After a reboot only the counters and the history are of use.</summary>
    public void ResumeHistory(RunRecord record)
    {
        _exits.Restore(record.RecentExits);
        _state = _state with { Restarts = record.Restarts, Reason = "the machine was restarted" };
        Publish();
    }

    void ResumeChild(RunRecord record)
    {
        var run = RunOf(record);
        _services.Outputs.Resume(run.Streams);
        if (record.HasEnded)
        {
            // Seen and saved, perhaps not reaped: the guardian reaps what its dead daemon left.
            _sweepPid = record.Pid;
            Handle(new LifecycleEvent.ChildExited(record.ExitStatus));
            return;
        }
        _run = run;
        Take(run, _services.System.Adopt(record.Pid, record.StartTicks) ?? new EndedChild(record.Pid, record.StartTicks));
        if (_state.Phase == LifecyclePhase.Stopping) SendStopSignal();
    }

    /// <summary>A spawn was intended and nobody knows whether it happened: who holds the run's FIFO is the child.</summary>
    void ResumeIntent(RunRecord record)
    {
        var run = RunOf(record);
        var holder = _services.System.FindFifoHolder(run.Streams.OutFifo);
        if (holder is { } found && _services.System.Adopt(found.Pid, found.StartTicks) is { } child)
        {
            _run = run;
            run.StartedAt ??= _services.Clock.GetUtcNow();
            _services.Outputs.Resume(run.Streams);
            Take(run, child);
            Handle(new LifecycleEvent.SpawnSucceeded());
            return;
        }
        _services.Outputs.Discard(run.Streams);
        Handle(new LifecycleEvent.SpawnForgotten());
    }

    Run RunOf(RunRecord record)
    {
        var run = NewRun(RunStreamsOf.Run(_services, Definition, Key, record.RunId), record.GuardianPid);
        run.StartedAt = record.StartedAt;
        return run;
    }
}
