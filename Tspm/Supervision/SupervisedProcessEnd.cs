using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>What happens when a child of an instance has ended: how it ended is learnt and saved before it is reaped, then what it left behind is killed. The main part is in SupervisedProcess.cs.</summary>
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
        _exits.Add(run, status, _state, _services.Clock.GetUtcNow());
        _services.Records.Save(Key, MakeRecord() with { HasEnded = true, ExitCode = status.Code, ExitSignal = status.Signal });
        _sweepPid = run.Child!.Pid;
        run.Child.Reap();
        _services.Outputs.Finish(run.Streams);
        run.Notify?.Dispose();
        (_run, _swept, _endedRun) = (null, run.Child, run.Id);
        Handle(new LifecycleEvent.ChildExited(status));
    }

    /// <summary>Kills what the child left behind, until nothing of it lives.</summary>
    void Sweep()
    {
        // The one sweep that finds all by their marks comes last.
        if (IsReloading) return;
        if (_services.Timers.Now < _groupMayEndUntil && _swept?.SignalGroup(0) == true)
        {
            _services.Timers.After(LookAgainAfter, Sweep);
            return;
        }
        _groupMayEndUntil = TimeSpan.Zero;
        var left = StopPolicy.Of(Definition.Config).KillTree
            ? _services.System.KillLeftovers(new TreeMark(_sweepPid, Key.Id, Key.Instance))
            : 0;
        if (left == 0)
        {
            _swept?.Dispose();
            _swept = null;
            if (Definition.Config.Hooks is { PostStop: { } command }) RunPostStop(command);
            else Handle(new LifecycleEvent.TreeGone());
        }
        else
        {
            Persist();
            _services.Timers.After(SweepAgainAfter, Sweep);
        }
    }
}
