using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using static Tspm.Guardian.GuardianAction;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Guardian;

/// <summary>
/// The life of the guardian as a pure, total function: (state, event, now) → (state, actions). No clock, no lock, no
/// system call, so that every cell can be looked at by a test.
/// <code>
///              due                ready               leaving                   died
///   NoDaemon ───────► Starting ───────────► Serving ───────────► Leaving ───────────────► Ended
///     ▲ ▲ ▲              │                     │
///     │ │ └───── died ◄──┴─────────────────────┤
///     │ │                                      │ upgrade              died               becomes the next
///     │ │                                      ├────────► Upgrading ───────► ReExecuting ┄┄► version, which is
///     │ │                    execve failed     │                                 │          on probation
///     │ └──────────────────────────────────────┼─────────────────────────────────┘
///     │                      not taken over    │ hand over             died             taken over
///     └────────────────────────────────────────┴────────► HandingOver ──────► Giving ─────────────► Ended
/// </code>
/// A version on probation is one whose daemon has not answered yet. It passes when its daemon is ready. It fails when
/// three daemons died, one said that it cannot start, or none answered in time: then <c>died</c> leads from Starting to
/// RollingBack, which becomes the former version again, or leads back to NoDaemon when even that fails.
///
/// The first daemon of a guardian is different as well: when it exits before it ever answered, the guardian ends with
/// it, because whoever started it reads the reason.
///
/// Rules that hold in every cell: a daemon is started only where none is; a wish to end is never forgotten, and every
/// later daemon hears of it at once; leaving overrules a takeover, a takeover overrules an upgrade, and the same order
/// again replaces the earlier one; a descriptor that came with an event ends in exactly one place; an event that makes
/// no sense in a state changes nothing.
/// </summary>
internal static class GuardianLifecycle
{
    /// <summary>
    /// A daemon that has handed over has nothing left to do but to end; a disk that hangs must not hold up the upgrade
    /// for ever.
    /// </summary>
    public static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    /// <summary>The exit code when the first daemon fails.</summary>
    const int Failed = 1;

    public static GuardianTransition Next(GuardianState state, GuardianEvent happened, TimeSpan now) => happened switch
    {
        GuardianEvent.Due => OnDue(state, now),
        GuardianEvent.DaemonStarted => OnStarted(state),
        GuardianEvent.StartFailed => OnStartFailed(state),
        GuardianEvent.Ready => state is WithDaemon { Run.IsReady: false } living ? OnReady(living) : Same(state),
        GuardianEvent.LeaveAsked => OnLeaveAsked(state),
        GuardianEvent.UpgradeAsked upgrade => OnUpgradeAsked(state, upgrade.Executable, now),
        GuardianEvent.HandOverAsked handOver => OnHandOverAsked(state, handOver.Successor, now),
        GuardianEvent.HomeLost => OnHomeLost(state),
        GuardianEvent.Terminate => OnTerminate(state),
        GuardianEvent.Hangup => state is WithDaemon ? new(state, new ForwardSignal(Signals.SIGHUP)) : Same(state),
        GuardianEvent.DaemonDied died => OnDied(state, died, now),
        GuardianEvent.ReExecFailed failed => OnReExecFailed(state, failed.Reason, now),
        GuardianEvent.TakenOver => OnTakenOver(state),
        GuardianEvent.TakeoverFailed failed => OnTakeoverFailed(state, failed.Problem, now),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "an event without a row in the table"),
    };

    static GuardianTransition OnDue(GuardianState state, TimeSpan now) => state switch
    {
        NoDaemon waiting when waiting.Until <= now =>
            new(new Starting(state.Facts, new DaemonRun(now, KillAt: state.Facts.Probation?.Until)), new StartDaemon()),
        WithDaemon overdue when overdue.Run.KillAt <= now =>
            new(overdue with { Run = overdue.Run with { KillAt = null } }, new KillDaemon()),
        _ => Same(state),
    };

    /// <summary>The signal is blocked in the new daemon as well, until it reads its signals.</summary>
    static GuardianTransition OnStarted(GuardianState state) =>
        state is Starting { Facts.EndWanted: true } ? new(state, new ForwardSignal(Signals.SIGTERM)) : Same(state);

    static GuardianTransition OnStartFailed(GuardianState state)
    {
        if (state is not Starting starting) return Same(state);
        var failures = state.Facts.Failures.AfterFailedStart();
        return Same(new NoDaemon(state.Facts with { Failures = failures }, starting.Run.StartedAt + failures.Delay));
    }

    /// <summary>From now on, a daemon that dies has crashed and is not one that failed to start.</summary>
    static GuardianTransition OnReady(WithDaemon state)
    {
        var facts = state.Facts with { WasReady = true, HomeWanted = false, Probation = null };
        var isEnding = state is Upgrading or HandingOver;
        var daemon = state.Run with { IsReady = true, KillAt = isEnding ? state.Run.KillAt : null };
        var ready = state is Starting ? new Serving(facts, daemon) : state with { Facts = facts, Run = daemon };
        return new(ready,
        [
            .. state.Facts.Probation is { } passed ? (GuardianAction[])[new Close(passed.Former)] : [],
            new FinishStart(),
            .. state.Facts.HomeWanted ? (GuardianAction[])[new RestoreHome()] : [],
        ]);
    }

    static GuardianTransition OnLeaveAsked(GuardianState state) => state switch
    {
        Starting or Serving => Same(new Leaving(state.Facts, ((WithDaemon)state).Run)),
        Upgrading upgrading => new(new Leaving(state.Facts, upgrading.Run), new Close(upgrading.Next)),
        HandingOver handing => new(new Leaving(state.Facts, handing.Run), new Close(handing.Successor)),
        _ => Same(state),
    };

    static GuardianTransition OnUpgradeAsked(GuardianState state, Descriptor executable, TimeSpan now) => state switch
    {
        Starting or Serving => Same(new Upgrading(state.Facts, Ending(state, now), executable)),
        Upgrading earlier => new(new Upgrading(state.Facts, Ending(state, now), executable), new Close(earlier.Next)),
        _ => new(state, new Close(executable)),
    };

    static GuardianTransition OnHandOverAsked(GuardianState state, Descriptor successor, TimeSpan now) => state switch
    {
        Starting or Serving => Same(new HandingOver(state.Facts, Ending(state, now), successor)),
        Upgrading upgrading =>
            new(new HandingOver(state.Facts, Ending(state, now), successor), new Close(upgrading.Next)),
        HandingOver earlier =>
            new(new HandingOver(state.Facts, Ending(state, now), successor), new Close(earlier.Successor)),
        _ => new(state, new Close(successor)),
    };

    static DaemonRun Ending(GuardianState state, TimeSpan now) =>
        ((WithDaemon)state).Run with { KillAt = now + LongestEnd };

    /// <summary>
    /// A daemon that is only coming up reads its state just now; without one, the start of the next looks after the
    /// home.
    /// </summary>
    static GuardianTransition OnHomeLost(GuardianState state) => state switch
    {
        WithDaemon { Run.IsReady: true } => new(state, new RestoreHome()),
        Ended => Same(state),
        _ => Same(state with { Facts = state.Facts with { HomeWanted = true } }),
    };

    static GuardianTransition OnTerminate(GuardianState state)
    {
        if (state is Ended) return Same(state);
        var wanted = state with { Facts = state.Facts with { EndWanted = true } };
        return state is WithDaemon ? new(wanted, new ForwardSignal(Signals.SIGTERM)) : Same(wanted);
    }

    static GuardianTransition OnDied(GuardianState state, GuardianEvent.DaemonDied died, TimeSpan now) => state switch
    {
        // Whatever befell it after it said so: all is stopped and saved, and the socket is no longer anybody's.
        Leaving => new(
            new Ended(state.Facts, ExitStatus.FromWaitStatus(died.WaitStatus).Code ?? 0),
            new RemoveSocket(), new RemoveDeathNote(), new FinishLogs()),
        Upgrading upgrading =>
            new(new ReExecuting(state.Facts, upgrading.Next), new GuardianAction.ReExec(upgrading.Next)),
        HandingOver handing => new(new Giving(state.Facts, handing.Successor), new GiveToSuccessor(handing.Successor)),
        WithDaemon { Facts.Probation: { } probation } failed =>
            OnDeathOnProbation(failed, died, probation.AfterDeath(), now),
        WithDaemon crashed => OnCrash(crashed, died, now),
        _ => Same(state),
    };

    static GuardianTransition OnCrash(WithDaemon state, GuardianEvent.DaemonDied died, TimeSpan now)
    {
        var code = ExitStatus.FromWaitStatus(died.WaitStatus).Code;
        // What children print while there is no daemon is kept by the guardian alone: as long as any live, a daemon
        // that cannot start now is tried again.
        var isHopeless = code == DaemonExit.CannotStart && died.IsStoreEmpty;
        var firstFailed = code is not null && !state.Facts.WasReady;
        return isHopeless || firstFailed
            ? new(new Ended(state.Facts, Failed), new RemoveSocket(), new RemoveDeathNote())
            : Retry(state, died, state.Facts, now);
    }

    static GuardianTransition OnDeathOnProbation(
        WithDaemon state, GuardianEvent.DaemonDied died, UpgradeProbation probation, TimeSpan now)
    {
        var status = ExitStatus.FromWaitStatus(died.WaitStatus);
        if (probation.Failure(status, died.Reason, now) is not { } problem)
            return Retry(state, died, state.Facts with { Probation = probation }, now);
        var failures = FailuresAfter(state, died, now);
        var facts = state.Facts with { Failures = failures, Probation = null };
        return new(new RollingBack(facts, probation.Former, problem, state.Run.StartedAt + failures.Delay),
        [
            // One that cannot start has said why itself, and did not crash.
            .. status.Code == DaemonExit.CannotStart ? (GuardianAction[])[] : [Death(died, failures)],
            new RollBack(probation.Former, problem),
        ]);
    }

    static GuardianTransition Retry(WithDaemon state, GuardianEvent.DaemonDied died, GuardianFacts facts, TimeSpan now)
    {
        var failures = FailuresAfter(state, died, now);
        return new(
            new NoDaemon(facts with { Failures = failures }, state.Run.StartedAt + failures.Delay),
            Death(died, failures), new ReportFirstDeath(died.WaitStatus));
    }

    static RecordDeath Death(GuardianEvent.DaemonDied died, DaemonFailures failures) =>
        new(died.Pid, died.WaitStatus, failures.Count);

    static DaemonFailures FailuresAfter(WithDaemon state, GuardianEvent.DaemonDied died, TimeSpan now) =>
        state.Facts.Failures.AfterDeath(died.WaitStatus, lived: now - state.Run.StartedAt);

    /// <summary>
    /// This version goes on. A daemon that ended for an upgrade did nothing wrong: the next one is started at once.
    /// </summary>
    static GuardianTransition OnReExecFailed(GuardianState state, string reason, TimeSpan now) => state switch
    {
        ReExecuting failed => new(AtOnce(state, now), new Close(failed.Next), new SetUpgradeProblem(reason)),
        RollingBack failed => new(
            new NoDaemon(state.Facts, failed.Until), new Close(failed.Former),
            new SetUpgradeProblem($"{failed.Problem}; the former version could not be brought back: {reason}")),
        _ => Same(state),
    };

    static GuardianTransition OnTakenOver(GuardianState state) =>
        state is Giving given ? new(new Ended(state.Facts, 0), new Close(given.Successor)) : Same(state);

    static GuardianTransition OnTakeoverFailed(GuardianState state, string problem, TimeSpan now)
    {
        if (state is not Giving given) return Same(state);
        var sentence = $"handing over to another daemon failed: {problem}";
        return new(AtOnce(state, now), new Close(given.Successor), new SetUpgradeProblem(sentence));
    }

    static NoDaemon AtOnce(GuardianState state, TimeSpan now) =>
        new(state.Facts with { Failures = DaemonFailures.None }, now);

    static GuardianTransition Same(GuardianState state) => new(state);
}
