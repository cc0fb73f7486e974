using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Explorer;

/// <summary>
/// The daemon: the real <see cref="ProcessLifecycle"/> decides, and this carries out in the order of <see
/// cref="LifecycleInterpreter"/>, <see cref="ChildRun"/> and <see cref="ProcessRecovery"/>, one step at a time.
/// </summary>
/// <param name="Slip">A mistake that the daemon is made to make, so that the explorer can be seen to find it.</param>
internal sealed record DaemonModel(Slip Slip)
{
    static readonly RestartPolicy Policy = RestartPolicy.Default;

    /// <summary>A daemon begins: what it does first.</summary>
    public static void Begin(SystemState state)
    {
        state.Daemon = DaemonLife.Loading;
        state.Work.AddRange([
            (DaemonStep.CatchUp, 0), (DaemonStep.Resume, 0), (DaemonStep.Resume, 1), (DaemonStep.ApplyDesiredState, 0),
            (DaemonStep.ApplyDesiredState, 1), (DaemonStep.SayReady, 0),
        ]);
    }

    /// <summary>Takes the next step of its work.</summary>
    public void Step(SystemState state)
    {
        var (step, number) = state.Work[0];
        state.Work.RemoveAt(0);
        var process = state.Processes[number];
        switch (step)
        {
            case DaemonStep.CatchUp:
                foreach (var one in state.Processes) one.CaughtUp = one.Reaped;
                break;
            case DaemonStep.Resume: Resume(state, process, number); break;
            case DaemonStep.CatchUpAgain: CatchUpAgain(state, process, number); break;
            case DaemonStep.ApplyDesiredState: ApplyDesiredState(state, process, number); break;
            case DaemonStep.SayReady:
                state.Messages.Add(DaemonMessage.Ready);
                state.Daemon = DaemonLife.Serving;
                break;
            case DaemonStep.Save: Save(process); break;
            case DaemonStep.Spawn: Spawn(state, process, number); break;
            case DaemonStep.Spawned: Handle(state, number, new LifecycleEvent.SpawnSucceeded()); break;
            case DaemonStep.SpawnAbandoned: Handle(state, number, new LifecycleEvent.SpawnAbandoned()); break;
            case DaemonStep.SendStopSignal: process.WasSignalled |= process.Child == ChildLife.Running; break;
            case DaemonStep.Kill: Kill(process); break;
            case DaemonStep.SaveExit: SaveExit(process); break;
            case DaemonStep.Reap: Reap(process); break;
            case DaemonStep.Acknowledge: Acknowledge(process); break;
            case DaemonStep.FinishOutput: (process.HasOutput, process.IsHeld) = (false, false); break;
            case DaemonStep.Exited:
                process.IsWatched = false;
                Handle(state, number, new LifecycleEvent.ChildExited(new ExitStatus(1)));
                break;
            case DaemonStep.TreeGone: Handle(state, number, new LifecycleEvent.TreeGone()); break;
            case DaemonStep.SayLeaving: state.Messages.Add(DaemonMessage.Leaving); break;
            case DaemonStep.SayUpgrade: state.Messages.Add(DaemonMessage.Upgrade); break;
            case DaemonStep.SayHandOver: state.Messages.Add(DaemonMessage.HandOver); break;
            case DaemonStep.Exit: Moves.End(state, 0); break;
        }
    }

    /// <summary>One event of the lifecycle; what follows from it becomes work, before anything else.</summary>
    public void Handle(SystemState state, int number, LifecycleEvent happened)
    {
        var process = state.Processes[number];
        var before = process.State!;
        var (after, actions, _) = ProcessLifecycle.Next(before, happened, Policy, TimeSpan.Zero);
        process.State = after with { Cause = Cause.None, StartedAtMonotonic = default, Restarts = 0 };
        var work = new List<(DaemonStep, int)>();
        if (actions.HasFlag(LifecycleAction.CancelTimers)) process.HasBackoff = false;
        if (actions.HasFlag(LifecycleAction.ArmBackoff)) process.HasBackoff = true;
        if (actions.HasFlag(LifecycleAction.Spawn)) process.KnownRun = process.Run + 1;
        var isNew = process.State != before || actions != LifecycleAction.None;
        if (isNew && !actions.HasFlag(LifecycleAction.Sweep)) work.Add((DaemonStep.Save, number));
        if (actions.HasFlag(LifecycleAction.SendStopSignal)) work.Add((DaemonStep.SendStopSignal, number));
        if (actions.HasFlag(LifecycleAction.KillTree)) work.Add((DaemonStep.Kill, number));
        if (actions.HasFlag(LifecycleAction.Sweep)) work.Add((DaemonStep.TreeGone, number));
        if (actions.HasFlag(LifecycleAction.Spawn)) work.Add((DaemonStep.Spawn, number));
        if (Slip == Slip.SpawnsBeforeIntent && actions.HasFlag(LifecycleAction.Spawn)) work.Reverse();
        state.Work.InsertRange(0, work);
    }

    /// <summary>The kernel, or the guardian, says that a child has ended.</summary>
    public void SeeExit(SystemState state, int number, bool isReapedByGuardian)
    {
        (DaemonStep, int)[] work = isReapedByGuardian
            ?
            [
                (DaemonStep.SaveExit, number), (DaemonStep.FinishOutput, number), (DaemonStep.Exited, number),
                (DaemonStep.Acknowledge, number),
            ]
            :
            [
                (DaemonStep.SaveExit, number), (DaemonStep.Reap, number), (DaemonStep.FinishOutput, number),
                (DaemonStep.Exited, number),
            ];
        if (Slip == Slip.ReapsBeforeSaving && !isReapedByGuardian) (work[0], work[1]) = (work[1], work[0]);
        if (Slip == Slip.AcknowledgesBeforeSaving && isReapedByGuardian) (work[0], work[3]) = (work[3], work[0]);
        state.Work.AddRange(work);
    }

    // ---- what a starting daemon finds

    void Resume(SystemState state, ProcessModel process, int number)
    {
        process.State = LifecycleState.New with
        {
            Phase = process.SavedPhase,
            Next = process.SavedNext,
            Desired = process.SavedDesired,
            Failures = process.SavedFailures,
        };
        process.KnownRun = process.SavedRun;
        switch (process.SavedPhase)
        {
            case LifecyclePhase.Starting or LifecyclePhase.Online or LifecyclePhase.Stopping:
                ResumeChild(state, process, number);
                break;
            case LifecyclePhase.Spawning:
                ResumeIntent(state, process, number);
                break;
            case LifecyclePhase.Sweeping:
                state.Work.Insert(0, (DaemonStep.TreeGone, number));
                break;
            case LifecyclePhase.Waiting:
                process.HasBackoff = true;
                break;
        }
    }

    static void ResumeChild(SystemState state, ProcessModel process, int number)
    {
        if (process.IsExitSaved)
        {
            state.Work.InsertRange(0, [(DaemonStep.FinishOutput, number), (DaemonStep.Exited, number)]);
            return;
        }
        process.IsWatched = true;
        if (process.SavedPhase == LifecyclePhase.Stopping) state.Work.Insert(0, (DaemonStep.SendStopSignal, number));
    }

    /// <summary>
    /// Nobody wrote down whether the child was started: the guardian has reaped it, or it holds its output, or it is
    /// not there.
    /// </summary>
    void ResumeIntent(SystemState state, ProcessModel process, int number)
    {
        var isThere = process.Child == ChildLife.Running && process.Run == process.SavedRun;
        if (Slip == Slip.ForgetsUnrecordedChildren) isThere = false;
        if (isThere || process.CaughtUp.Contains(process.SavedRun)) Found(state, process, number);
        else
        {
            var next = Slip == Slip.ForgetsToCatchUpAgain ? DaemonStep.SpawnAbandoned : DaemonStep.CatchUpAgain;
            state.Work.Insert(0, (next, number));
        }
    }

    static void Found(SystemState state, ProcessModel process, int number)
    {
        process.IsWatched = true;
        state.Work.Insert(0, (DaemonStep.Spawned, number));
    }

    static void CatchUpAgain(SystemState state, ProcessModel process, int number)
    {
        foreach (var one in state.Processes)
        {
            Moves.ReapOrphan(one);
            one.CaughtUp = one.Reaped;
        }
        if (process.CaughtUp.Contains(process.SavedRun)) Found(state, process, number);
        else state.Work.Insert(0, (DaemonStep.SpawnAbandoned, number));
    }

    void ApplyDesiredState(SystemState state, ProcessModel process, int number)
    {
        var now = process.State!;
        var isDown = now is { Phase: LifecyclePhase.Stopped }
            or { Phase: LifecyclePhase.Stopping or LifecyclePhase.Sweeping, Next: AfterExit.Stop };
        if (process.SavedDesired == DesiredState.Up && isDown)
            Handle(state, number, new LifecycleEvent.StartRequested(Cause.None));
        var isDone = now.Phase is LifecyclePhase.Stopped or LifecyclePhase.Errored;
        if (process.SavedDesired == DesiredState.Down && !isDone)
            Handle(state, number, new LifecycleEvent.StopRequested(Cause.None));
    }

    // ---- single steps

    static void Save(ProcessModel process)
    {
        var state = process.State!;
        (process.SavedPhase, process.SavedNext) = (state.Phase, state.Next);
        (process.SavedDesired, process.SavedFailures) = (state.Desired, state.Failures);
        process.SavedRun = state.HasChild ? process.KnownRun : 0;
        process.IsExitSaved = false;
    }

    static void Spawn(SystemState state, ProcessModel process, int number)
    {
        if (process.Child == ChildLife.Running) throw new Violation($"process {number} runs twice");
        if (process.Child == ChildLife.Ended)
            throw new Violation($"process {number} is started before its last child was reaped");
        if (process.SavedRun != process.KnownRun)
            throw new Violation($"run {process.KnownRun} of process {number} has no intent on record");
        (process.Child, process.Run, process.IsOwn) = (ChildLife.Running, process.KnownRun, true);
        (process.IsHeld, process.IsForeign, process.IsWatched) = (true, false, true);
        (process.WasSignalled, process.WasKilled) = (false, false);
        state.Work.Insert(0, (DaemonStep.Spawned, number));
    }

    static void Kill(ProcessModel process)
    {
        if (process.Child == ChildLife.Running && !process.WasSignalled)
            throw new Violation("a child is killed that was not asked to end");
        process.WasKilled |= process.Child == ChildLife.Running;
    }

    static void SaveExit(ProcessModel process)
    {
        if (process.RecordedExit >= process.KnownRun)
            throw new Violation($"the exit of run {process.KnownRun} is counted twice");
        (process.IsExitSaved, process.RecordedExit) = (true, process.KnownRun);
    }

    static void Reap(ProcessModel process)
    {
        if (process.RecordedExit != process.Run)
            throw new Violation($"run {process.Run} is reaped before its exit is on record");
        process.Child = ChildLife.Reaped;
    }

    static void Acknowledge(ProcessModel process)
    {
        if (process.RecordedExit < process.Delivering)
            throw new Violation($"the exit of run {process.Delivering} is acknowledged and on no record");
        process.Acknowledging = process.Acknowledging.With(process.Delivering);
        process.Delivering = 0;
    }
}

/// <summary>Mistakes that the explorer has to find.</summary>
internal enum Slip
{
    None,
    ReapsBeforeSaving,
    AcknowledgesBeforeSaving,
    SpawnsBeforeIntent,
    ForgetsUnrecordedChildren,

    /// <summary>What the guardian had reaped when the daemon began is taken for all.</summary>
    ForgetsToCatchUpAgain,

    /// <summary>The guardian lets go of the output as soon as its child has ended.</summary>
    GuardianClosesOutput,

    /// <summary>The guardian starts a daemon without waiting for the end of the last one.</summary>
    TwoDaemons,
}

/// <summary>A promise is broken.</summary>
internal sealed class Violation(string promise) : Exception(promise);
