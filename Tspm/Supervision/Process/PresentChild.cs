using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>Turns events of the current child of a process into events of its lifecycle.</summary>
internal sealed class PresentChild(MachineServices services, IChildHost process) : IChildRunOwner
{
    const string EndedUnseen =
        "daemon and guardian were killed while it was being started, so it is not known whether it ran or how it ended";

    public (Cause Cause, bool WasAsked) Explain(ChildRun run, ExitStatus status)
    {
        if (process.State.Phase == LifecyclePhase.Stopping) return (process.State.Cause, true);
        if (process.State.Phase == LifecyclePhase.Spawning)
            return (Cause.Ended(status) with { Detail = EndedUnseen }, false);
        var background = BackgroundProgram.Describe(status, run.Child!.Pid, run.Ending.Leftovers ?? []);
        return (process.ManualSignal.CauseOf(status, background, services.Timers.Now), false);
    }

    public void Exited(ChildRun run)
    {
        process.EndCurrent(run);
        process.Handle(new LifecycleEvent.ChildExited(run.Exit!)
        {
            HasLeftovers = run.Ending.HasWork,
            Cause = run.ExitCause!,
        });
    }

    public void StopTimedOut(ChildRun run) => process.Handle(new LifecycleEvent.StopTimedOut());

    /// <summary>Continues even if the postStop hook fails: the child is gone.</summary>
    public void TreeGone(ChildRun run)
    {
        if (process.Definition.Config.Hooks is not { PostStop: { } command })
        {
            process.Handle(new LifecycleEvent.TreeGone());
            return;
        }
        process.Save();
        process.Hook.Run(HookNames.PostStop, command, (_, problem) =>
        {
            if (problem is not null) process.Narrator.Report(EventKind.HookFailed, $"postStop {problem}");
            process.Handle(new LifecycleEvent.TreeGone());
        });
        process.Publish();
    }

    public void BecameReady(ChildRun run) => process.Handle(new LifecycleEvent.BecameReady());

    public void TriggeredWatchdog(ChildRun run) => process.Handle(new LifecycleEvent.FoundUnfit(
        Cause.Observed(CauseCode.Watchdog, "it reported a failure (WATCHDOG=trigger)")));
}
