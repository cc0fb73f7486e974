using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// What happens when a child of an instance has ended: how it ended is learnt and saved before it is reaped, then what
/// it left behind is ended. The main part is in SupervisedProcess.cs.
/// </summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>The kernel says that the child ended. Its status is saved before it is reaped, so that no daemon's death can lose it.</summary>
    void OnEnded(Run run)
    {
        if ((_run != run && _second?.Run != run) || run.HasLeft || run.Child is not { } child) return;
        if (child.PeekExit() is { } status)
        {
            Ended(run, status);
            return;
        }
        if (run.GuardianPid != _services.GuardianPid && !child.TellsExit)
        {
            Ended(run, ExitStatus.Unknown);
            return;
        }
        run.ExitTimer ??= _services.Timers.After(ExitStatusPatience, () => Ended(run, child.PeekExit() ?? ExitStatus.Unknown));
        run.HasEnded = true;
        Publish();
    }

    /// <summary>The guardian reaped a process: true when it was this instance's adopted child.</summary>
    public bool TakeGuardianRecord(int pid, long startTicks, ExitStatus status)
    {
        if (IsIt(_run)) Ended(_run!, status);
        else if (IsIt(_second?.Run)) Ended(_second!.Run, status);
        else return false;
        return true;

        bool IsIt(Run? run) => run is { HasLeft: false, Child: { IsOwn: false } child } && child.Pid == pid && child.StartTicks == startTicks;
    }

    void Ended(Run run, ExitStatus status)
    {
        if ((_run != run && _second?.Run != run) || run.HasLeft) return;
        run.ExitTimer?.Dispose();
        run.HasLeft = true;
        if (_second is { } second && second.Run == run)
        {
            SecondEnded(second, status);
            return;
        }
        var left = EndingOf(run).FindLeftovers();
        var wasAsked = _state.Phase == LifecyclePhase.Stopping;
        var background = wasAsked ? null : BackgroundProgram.Describe(status, run.Child!.Pid, left ?? []);
        var cause = wasAsked ? _state.Cause : CauseOf(status, background);
        _exits.Add(run, status, cause, wasAsked, _services.Clock.GetUtcNow());
        FactsEnded(run, status);
        _services.Records.Save(Key, MakeRecord() with
        {
            HasEnded = true, ExitCode = status.Code, ExitSignal = status.Signal, EndCause = cause,
        });
        run.Child!.Reap();
        _services.Outputs.Finish(run.Streams);
        run.Notify?.Dispose();
        (_run, _ended, _found) = (null, run, left);
        Handle(new LifecycleEvent.ChildExited(status) { HasLeftovers = WillEnd(left), Cause = cause });
    }

    bool WillEnd(IReadOnlyList<Leftover>? left) => left is { Count: > 0 } && StopPolicy.Of(Definition.Config).KillTree;

    // ---- what it left behind

    /// <summary>Found at the end of the child, for the clean-up that follows.</summary>
    IReadOnlyList<Leftover>? _found;

    ChildEnding EndingOf(Run run, EndingRecord? before = null) => run.Ending ??= new ChildEnding(
        _services, this, run,
        timedOut: () =>
        {
            if (_second is { } second && second.Run == run) SecondStep(second, SecondEvent.StopTimedOut);
            else Handle(new LifecycleEvent.StopTimedOut());
        },
        treeGone: () =>
        {
            if (_second is { } second && second.Run == run) SecondTreeGone(second);
            else TreeGone(run);
        })
    {
        Record = before,
    };

    void CleanUp()
    {
        var found = _found;
        _found = null;
        EndingOf(_ended!).CleanUp(found);
    }

    /// <summary>Another process of the machine has ended: it may be one that is waited for.</summary>
    public void OnOrphanReaped(int pid)
    {
        if (_state.Phase == LifecyclePhase.Sweeping) _ended?.Ending?.OnReaped(pid);
        _second?.Run.Ending?.OnReaped(pid);
    }

    /// <summary>
    /// How to recognise what a run left behind. Null: not while a hook of a reload runs, whose processes carry the same
    /// variables.
    /// </summary>
    public TreeMark? MarkOf(Run run)
    {
        if (_preparing is not null && _second is null) return null;
        var other = _second?.Run == run ? RecordedRun : _second?.Run;
        return new TreeMark(run.Child!.Pid, Key.Id, Key.Instance)
        {
            StartTicks = run.Child.StartTicks,
            Run = run.Mark,
            // Both have the same variables: processes without a mark that may be the other one's are left to its clean-up.
            OtherStartTicks = other?.Child?.StartTicks,
            Fifos = other is null ? [] : [run.Streams.OutFifo, run.Streams.ErrFifo],
        };
    }

    /// <summary>
    /// Nothing is started in the place of the first child before a second one is gone; the last look finds all.
    /// </summary>
    public bool MayFinish(Run run) => _second?.Run == run || !IsReloading;

    void TreeGone(Run run)
    {
        _exits.Amend(run);
        run.Child?.Dispose();
        if (Definition.Config.Hooks is { PostStop: { } command }) RunPostStop(command);
        else Handle(new LifecycleEvent.TreeGone());
    }
}
