using Tspm.Model.Config;

namespace Tspm.Guardian;

/// <summary>
/// Holds the state of the guardian, and has done what <see cref="GuardianLifecycle"/> decides. The outcome of an action
/// is the next event. Decides nothing itself.
/// </summary>
/// <param name="actions">Who does it.</param>
/// <param name="begin">The state at the beginning.</param>
/// <param name="now">The monotonic clock.</param>
internal sealed class GuardianInterpreter(IGuardianActions actions, GuardianState begin, Func<TimeSpan> now)
{
    public GuardianState State { get; private set; } = begin;

    public void Happened(GuardianEvent happened)
    {
        (State, var ordered) = GuardianLifecycle.Next(State, happened, now());
        foreach (var action in ordered) Perform(action);
    }

    void Perform(GuardianAction action)
    {
        switch (action)
        {
            case GuardianAction.StartDaemon:
                Happened(actions.StartDaemon() ? new GuardianEvent.DaemonStarted() : new GuardianEvent.StartFailed());
                break;
            case GuardianAction.KillDaemon: actions.SignalDaemon(Signals.SIGKILL); break;
            case GuardianAction.ForwardSignal forward: actions.SignalDaemon(forward.Signal); break;
            case GuardianAction.FinishStart: actions.FinishStart(); break;
            case GuardianAction.RestoreHome: actions.RestoreHome(); break;
            case GuardianAction.RecordDeath death:
                actions.RecordDeath(death.Pid, death.WaitStatus, death.Consecutive);
                break;
            case GuardianAction.ReportFirstDeath death: actions.ReportFirstDeath(death.WaitStatus); break;
            case GuardianAction.ReExec next:
                Happened(new GuardianEvent.ReExecFailed(actions.ReExec(next.Executable)));
                break;
            case GuardianAction.RollBack back:
                Happened(new GuardianEvent.ReExecFailed(actions.RollBack(back.Former, back.Problem)));
                break;
            case GuardianAction.GiveToSuccessor gift:
                Happened(actions.GiveTo(gift.Successor) is { } problem
                    ? new GuardianEvent.TakeoverFailed(problem) : new GuardianEvent.TakenOver());
                break;
            case GuardianAction.SetUpgradeProblem said: actions.SetUpgradeProblem(said.Problem); break;
            case GuardianAction.Close closed: actions.Close(closed.Descriptor); break;
            case GuardianAction.RemoveSocket: actions.RemoveSocket(); break;
            case GuardianAction.RemoveDeathNote: actions.RemoveDeathNote(); break;
            case GuardianAction.FinishLogs: actions.FinishLogs(); break;
            default: throw new ArgumentOutOfRangeException(nameof(action), action, "an action that nobody performs");
        }
    }
}
