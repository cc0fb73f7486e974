using Tspm.Guardian;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Explorer;

/// <summary>How much of each kind may happen on the way to a state.</summary>
/// <param name="Orders">By users: start, stop, restart, SIGTERM, upgrade, takeover.</param>
/// <param name="Kills">Daemons that are killed, or cannot be started.</param>
/// <param name="Exits">Children that end unasked.</param>
internal sealed record Bounds(int Orders, int Kills, int Exits);

/// <summary>Everything that can happen next in a state, whoever does it.</summary>
internal sealed class Moves(Slip slip, Bounds bounds)
{
    /// <summary>No process has more; the encoding of states relies on that.</summary>
    const int MostRuns = 6;

    public static readonly TimeSpan Never = TimeSpan.FromDays(1);

    readonly DaemonModel _daemon = new(slip);

    /// <summary>Calls for each move: its name, and the state after it. Throws <see cref="Violation"/>.</summary>
    public void From(SystemState state, Action<string, SystemState> found)
    {
        if (state.Guardian is GuardianState.Ended) return;
        OfDaemon(state, found);
        OfGuardian(state, found);
        OfUser(state, found);
        for (var number = 0; number < state.Processes.Length; number++) OfProcess(state, number, found);

        // An outcome that is open holds everything else of the guardian up.
        if (state.Outcome != OpenOutcome.None)
        {
            Try(state, found, "it works", Succeed);
            Try(state, found, "it fails", Fail);
        }
    }

    static void Try(SystemState state, Action<string, SystemState> found, string name, Action<SystemState> move)
    {
        var next = state.Clone();
        move(next);
        Check(next);
        found(name, next);
    }

    // ---- the daemon

    void OfDaemon(SystemState state, Action<string, SystemState> found)
    {
        if (state.Daemon == DaemonLife.None) return;
        if (state.Work.Count > 0)
            Try(state, found, $"daemon: {state.Work[0].Step} {state.Work[0].Process}", _daemon.Step);
        if (state.Kills < bounds.Kills)
            Try(state, found, "the daemon is killed", next =>
            {
                next.Kills++;
                End(next, Signals.SIGKILL);
            });
        if (state.Work.Count > 0) return;
        if (state is { Daemon: DaemonLife.Serving, IsAskedToEnd: true })
            Try(state, found, "daemon: acts on SIGTERM", next =>
            {
                (next.Daemon, next.IsAskedToEnd) = (DaemonLife.Leaving, false);
                for (var i = 1; i >= 0; i--) _daemon.Handle(next, i, new LifecycleEvent.ShutdownRequested());
            });
        if (state.Daemon == DaemonLife.Leaving
            && Array.TrueForAll(state.Processes, static process => process.State!.Phase == LifecyclePhase.Stopped))
            Try(state, found, "daemon: all is stopped", static next =>
                next.Work.AddRange([(DaemonStep.SayLeaving, 0), (DaemonStep.Exit, 0)]));
    }

    /// <summary>The daemon is dead: its children are the guardian's now.</summary>
    public static void End(SystemState state, int waitStatus)
    {
        (state.Daemon, state.IsAskedToEnd, state.DeadDaemon) = (DaemonLife.None, false, waitStatus);
        state.Work.Clear();
        foreach (var process in state.Processes) process.ForgetDaemon();
    }

    // ---- the guardian

    void OfGuardian(SystemState state, Action<string, SystemState> found)
    {
        if (state.Outcome != OpenOutcome.None) return;
        if (state.Messages.Count > 0) Try(state, found, $"guardian: reads {state.Messages[0]}", ReadMessage);
        if (state.DeadDaemon is not null) Try(state, found, "guardian: reaps the daemon", ReapDaemon);
        if (slip == Slip.TwoDaemons && state.Daemon == DaemonLife.Serving)
            Try(state, found, "guardian: takes the daemon for dead", static next =>
                Happen(next, new GuardianEvent.DaemonDied(1, Signals.SIGKILL, IsStoreEmpty: false)));
        if (state.Guardian.Due is null) return;
        Try(state, found, "guardian: it is time", static next => Happen(next, new GuardianEvent.Due()));
        if (state.Guardian is GuardianState.NoDaemon && state.Kills < bounds.Kills)
            Try(state, found, "guardian: it is time, and the start fails", static next =>
            {
                next.Kills++;
                var due = GuardianLifecycle.Next(next.Guardian, new GuardianEvent.Due(), default);
                (next.Guardian, _) = Normalized(due);
                Happen(next, new GuardianEvent.StartFailed());
            });
    }

    static void ReadMessage(SystemState state)
    {
        var message = state.Messages[0];
        state.Messages.RemoveAt(0);
        Happen(state, message switch
        {
            DaemonMessage.Ready => new GuardianEvent.Ready(),
            DaemonMessage.Leaving => new GuardianEvent.LeaveAsked(),
            DaemonMessage.Upgrade => new GuardianEvent.UpgradeAsked(FakeDescriptor.Of(7)),
            _ => new GuardianEvent.HandOverAsked(FakeDescriptor.Of(8)),
        });
    }

    /// <summary>All others that have ended come first, and everything that the daemon had sent.</summary>
    void ReapDaemon(SystemState state)
    {
        foreach (var process in state.Processes)
        {
            if (IsGuardians(process)) ReapChild(process);
            TakeAcknowledgements(process);
        }
        while (state.Messages.Count > 0) ReadMessage(state);
        var (status, isEmpty) = (state.DeadDaemon!.Value, Array.TrueForAll(state.Processes, static one => !one.IsHeld));
        state.DeadDaemon = null;
        Happen(state, new GuardianEvent.DaemonDied(1, status, isEmpty));
    }

    /// <summary>The guardian reaps a child, if it has ended and is the guardian's.</summary>
    public static void ReapOrphan(ProcessModel process)
    {
        if (!IsGuardians(process)) return;
        process.Child = ChildLife.Reaped;
        process.Reaped = process.Reaped.With(process.Run);
    }

    static bool IsGuardians(ProcessModel process) =>
        process is { Child: ChildLife.Ended, IsOwn: false, IsForeign: false };

    void ReapChild(ProcessModel process)
    {
        ReapOrphan(process);
        if (slip == Slip.GuardianClosesOutput) process.IsHeld = false;
    }

    static void TakeAcknowledgements(ProcessModel process)
    {
        process.Reaped = process.Reaped.Without(process.Acknowledging);
        process.Acknowledging = default;
    }

    static void Happen(SystemState state, GuardianEvent happened)
    {
        (state.Guardian, var actions) = Normalized(GuardianLifecycle.Next(state.Guardian, happened, default));
        foreach (var action in actions) Perform(state, action);
    }

    static void Perform(SystemState state, GuardianAction action)
    {
        switch (action)
        {
            case GuardianAction.StartDaemon:
                if (state.Daemon != DaemonLife.None || state.DeadDaemon is not null)
                    throw new Violation("a second daemon is started");
                DaemonModel.Begin(state);
                Happen(state, new GuardianEvent.DaemonStarted());
                break;
            case GuardianAction.KillDaemon when state.Daemon != DaemonLife.None:
                End(state, Signals.SIGKILL);
                break;
            case GuardianAction.ForwardSignal { Signal: Signals.SIGTERM }:
                state.IsAskedToEnd = state.Daemon != DaemonLife.None;
                break;
            case GuardianAction.ReExec:
                state.Outcome = OpenOutcome.ReExec;
                break;
            case GuardianAction.RollBack:
                state.Outcome = OpenOutcome.RollBack;
                break;
            case GuardianAction.GiveToSuccessor:
                state.Outcome = OpenOutcome.Takeover;
                break;
        }
    }

    /// <summary>Times are left out: what is armed may come at any moment.</summary>
    static GuardianTransition Normalized(GuardianTransition transition)
    {
        var facts = transition.State.Facts;
        facts = facts with
        {
            Failures = new DaemonFailures(Math.Min(facts.Failures.Count, 3), facts.Failures.LastStatus),
            Probation = facts.Probation is { } probation ? probation with { Until = Never } : null,
        };
        GuardianState state = transition.State switch
        {
            GuardianState.NoDaemon => new GuardianState.NoDaemon(facts, default),
            GuardianState.RollingBack back => back with { Facts = facts, Until = default },
            GuardianState.WithDaemon living => living with
            {
                Facts = facts,
                Run = new DaemonRun(default, living.Run.IsReady, living.Run.KillAt is null ? null : TimeSpan.Zero),
            },
            var other => other with { Facts = facts },
        };
        return new GuardianTransition(state, transition.Actions);
    }

    // ---- outcomes

    static void Succeed(SystemState state)
    {
        var (outcome, facts) = (state.Outcome, state.Guardian.Facts);
        state.Outcome = OpenOutcome.None;
        var next = new GuardianFacts(facts.WasReady, facts.EndWanted);
        if (outcome == OpenOutcome.ReExec)
            next = next with { Probation = new UpgradeProbation(FakeDescriptor.Of(9), Never, 0) };
        if (outcome == OpenOutcome.Takeover)
        {
            Happen(state, new GuardianEvent.TakenOver());
            foreach (var process in state.Processes) LoseParent(process);
        }
        state.Guardian = new GuardianState.NoDaemon(next, default);
    }

    /// <summary>The first guardian has ended: init reaps what were its children.</summary>
    static void LoseParent(ProcessModel process)
    {
        if (process.Child is not (ChildLife.Running or ChildLife.Ended)) return;
        process.IsForeign = true;
        if (process.Child == ChildLife.Ended) process.Child = ChildLife.Reaped;
    }

    static void Fail(SystemState state)
    {
        var outcome = state.Outcome;
        state.Outcome = OpenOutcome.None;
        Happen(state, outcome == OpenOutcome.Takeover
            ? new GuardianEvent.TakeoverFailed("it went away") : new GuardianEvent.ReExecFailed("no such file"));
    }

    // ---- users

    void OfUser(SystemState state, Action<string, SystemState> found)
    {
        if (state.Orders >= bounds.Orders) return;
        if (state.Outcome == OpenOutcome.None && !state.Guardian.Facts.EndWanted)
            Try(state, found, "SIGTERM", static next =>
            {
                next.Orders++;
                Happen(next, new GuardianEvent.Terminate());
            });
        if (state.Daemon != DaemonLife.Serving || state.Work.Count > 0) return;
        foreach (var step in (DaemonStep[])[DaemonStep.SayUpgrade, DaemonStep.SayHandOver])
            Try(state, found, $"user: {step}", next =>
            {
                next.Orders++;
                next.Work.AddRange([(step, 0), (DaemonStep.Exit, 0)]);
            });
        for (var number = 0; number < state.Processes.Length; number++)
        {
            Order(state, number, found, new LifecycleEvent.StopRequested(Cause.None));
            if (state.Processes[number].Run >= MostRuns) continue;
            Order(state, number, found, new LifecycleEvent.StartRequested(Cause.None));
            Order(state, number, found, new LifecycleEvent.RestartRequested(Cause.None));
        }
    }

    void Order(SystemState state, int number, Action<string, SystemState> found, LifecycleEvent order) =>
        Try(state, found, $"user: {order.GetType().Name} {number}", next =>
        {
            next.Orders++;
            _daemon.Handle(next, number, order);
        });

    // ---- processes

    void OfProcess(SystemState state, int number, Action<string, SystemState> found)
    {
        var process = state.Processes[number];
        if (process.Child == ChildLife.Running) OfChild(state, number, found);
        if (IsGuardians(process) && state.Outcome == OpenOutcome.None)
            Try(state, found, $"guardian: reaps child {number}", next => ReapChild(next.Processes[number]));
        if (!process.Acknowledging.IsEmpty && state.Outcome == OpenOutcome.None)
            Try(state, found, $"guardian: forgets exits of {number}", next =>
                TakeAcknowledgements(next.Processes[number]));
        if (state.Daemon == DaemonLife.None) return;
        if (process.HasOutput)
            Try(state, found, $"daemon: moves output of {number}", next => next.Processes[number].HasOutput = false);
        if (state.Work.Count > 0 || state.Daemon == DaemonLife.Loading) return;
        if (process is { Child: ChildLife.Ended, IsOwn: true, IsWatched: true })
            Try(state, found, $"kernel: child {number} has ended", next => _daemon.SeeExit(next, number, false));
        if (process.IsLostSight)
            Try(state, found, $"kernel: child {number} is gone", next => LostSight(next, number));
        if (!process.Reaped.Without(process.Delivered).Without(process.Acknowledging).IsEmpty)
            Try(state, found, $"guardian: tells the exit of {number}", next => Deliver(next, number));
        var isStopping = process is { State.Phase: LifecyclePhase.Stopping, WasSignalled: true, WasKilled: false };
        if (isStopping && process.Child == ChildLife.Running)
            Try(state, found, $"the stop timeout of {number}", next =>
                _daemon.Handle(next, number, new LifecycleEvent.StopTimedOut()));
        if (process.HasBackoff && process.Run < MostRuns && state.Daemon == DaemonLife.Serving)
            Try(state, found, $"the delay of {number} is over", next =>
            {
                next.Processes[number].HasBackoff = false;
                _daemon.Handle(next, number, new LifecycleEvent.BackoffElapsed());
            });
    }

    void OfChild(SystemState state, int number, Action<string, SystemState> found)
    {
        var process = state.Processes[number];
        var isAsked = process.WasSignalled || process.WasKilled;
        if (isAsked || state.Exits < bounds.Exits)
            Try(state, found, $"child {number} ends", next =>
            {
                var ending = next.Processes[number];
                if (!isAsked) next.Exits++;
                ending.Child = ending.IsForeign ? ChildLife.Reaped : ChildLife.Ended;
            });
        if (number == 0 && !process.HasOutput && !isAsked)
            Try(state, found, $"child {number} prints", next => next.Processes[number].HasOutput = true);
    }

    void Deliver(SystemState state, int number)
    {
        var process = state.Processes[number];
        var run = process.Reaped.Without(process.Delivered).Without(process.Acknowledging).First;
        (process.Delivered, process.Delivering) = (process.Delivered.With(run), run);
        if (process is { IsWatched: true, IsOwn: false } && process.KnownRun == run)
            _daemon.SeeExit(state, number, isReapedByGuardian: true);
        else state.Work.Add((DaemonStep.Acknowledge, number));
    }

    static void LostSight(SystemState state, int number) => state.Work.AddRange([
        (DaemonStep.SaveExit, number), (DaemonStep.FinishOutput, number), (DaemonStep.Exited, number),
    ]);

    // ---- promises

    static void Check(SystemState state)
    {
        for (var number = 0; number < state.Processes.Length; number++)
        {
            var process = state.Processes[number];
            var hasReader = process.IsHeld || state.Daemon != DaemonLife.None;
            if (process.HasOutput && !hasReader)
                throw new Violation($"output of process {number} that nobody has read is closed");
            if (process.Child == ChildLife.Running && !hasReader)
                throw new Violation($"process {number} prints to nobody");
            if (state.IsAtRest) CheckAtRest(process, number);
        }
        if (state.Guardian is GuardianState.Ended && state.Processes.Any(static one => one.Child == ChildLife.Running))
            throw new Violation("the guardian has ended, and a child runs");
    }

    static void CheckAtRest(ProcessModel process, int number)
    {
        var state = process.State!;
        if (process.SavedPhase != state.Phase || process.SavedDesired != state.Desired)
            throw new Violation($"process {number} is {state.Phase}, and its record says {process.SavedPhase}");
        if (process.Child == ChildLife.Running)
        {
            var isKnown = process.IsWatched && process.KnownRun == process.Run && state.HasChild;
            if (!isKnown) throw new Violation($"process {number} has a child that the daemon does not know of");
            if (state.Desired == DesiredState.Down && !process.WasSignalled)
                throw new Violation($"process {number} runs although it is to be down");
            return;
        }
        if (process.IsWatched || state.HasChild)
            throw new Violation($"process {number} is {state.Phase} and has no child");
        if (process.RecordedExit != process.Run)
            throw new Violation($"nobody knows how run {process.Run} of process {number} ended");
        if (state is { Desired: DesiredState.Up, Phase: LifecyclePhase.Stopped })
            throw new Violation($"process {number} is to be up, and nothing starts it");
    }
}
