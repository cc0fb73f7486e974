using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>Turns what happens to the present child of a process into events of its lifecycle.</summary>
internal sealed class PresentChild(MachineServices services, IChildHost process) : IChildRunOwner
{
    const string EndedUnseen =
        "daemon and guardian were killed while it was being started: whether it ran, and how it ended, is not known";

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

    /// <summary>Whatever comes of the postStop hook: the child is gone, and what was to follow follows.</summary>
    public void TreeGone(ChildRun run)
    {
        if (process.Definition.Config.Hooks is not { PostStop: { } command })
        {
            process.Handle(new LifecycleEvent.TreeGone());
            return;
        }
        process.Save();
        process.Hook.Run(HookMark.PostStop, command, (_, problem) =>
        {
            if (problem is not null) process.Narrator.Tell(EventKind.HookFailed, $"postStop {problem}");
            process.Handle(new LifecycleEvent.TreeGone());
        });
        process.Publish();
    }

    public void BecameReady(ChildRun run) => process.Handle(new LifecycleEvent.BecameReady());

    public void AskedForHelp(ChildRun run) => process.Handle(new LifecycleEvent.FoundUnfit(
        Cause.Observed(CauseCode.Watchdog, "it asked for help (WATCHDOG=trigger)")));
}
