using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using static Tspm.Guardian.GuardianAction;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Guardian;

/// <summary>
/// The guardian's lifecycle as a pure, total function: (state, event, now) → (state, actions). It uses no clock, lock
/// or system call, so that a test can check every cell.
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
/// A new version is on probation until its daemon has answered. It passes when its daemon is ready. It fails when three
/// daemons have died, when one has reported that it cannot start, or when none has answered in time. Then <c>died</c>
/// leads from Starting to RollingBack, which executes the previous version again. If even that fails, the state is
/// NoDaemon again.
///
/// The first daemon of a guardian is special too: if it exits before it has answered, the guardian ends with it,
/// because the caller is waiting for the reason.
///
/// Rules that hold in every cell:
/// - A daemon is started only if there is none.
/// - A request to end is never forgotten; every later daemon gets it at once.
/// - Leaving overrides a takeover, a takeover overrides an upgrade, and a repeated request replaces the earlier one.
/// - A descriptor that came with an event ends up in exactly one place.
/// - An event that makes no sense in a state changes nothing.
/// </summary>
internal static class GuardianLifecycle
{
    /// <summary>
    /// How long a daemon may take to end for an upgrade or a takeover; a hanging disk must not block it for ever.
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

    /// <summary>
    /// Repeats a pending SIGTERM. It cannot come too early: it is blocked in the new daemon until that reads its
    /// signals.
    /// </summary>
    static GuardianTransition OnStarted(GuardianState state) =>
        state is Starting { Facts.EndWanted: true } ? new(state, new ForwardSignal(Signals.SIGTERM)) : Same(state);

    static GuardianTransition OnStartFailed(GuardianState state)
    {
        if (state is not Starting starting) return Same(state);
        var failures = state.Facts.Failures.AfterFailedStart();
        return Same(new NoDaemon(state.Facts with { Failures = failures }, starting.Run.StartedAt + failures.Delay));
    }

    /// <summary>From now on, a death of the daemon counts as a crash and not as a failed start.</summary>
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
    /// The home is recreated only for a ready daemon. A starting one is still reading its state; if there is none, the
    /// next start recreates the home.
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
        // However it ended: before it announced its end, it had stopped and saved everything.
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
        // Only the guardian keeps the output of children while there is no daemon. So as long as any output is stored,
        // a daemon that cannot start is retried.
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
            // A daemon that cannot start did not crash, and has reported the reason itself.
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
    /// This version keeps running. A daemon that ended for an upgrade did not fail, so the next one is started at once.
    /// </summary>
    static GuardianTransition OnReExecFailed(GuardianState state, string reason, TimeSpan now) => state switch
    {
        ReExecuting failed => new(AtOnce(state, now), new Close(failed.Next), new SetUpgradeProblem(reason)),
        RollingBack failed => new(
            new NoDaemon(state.Facts, failed.Until), new Close(failed.Former),
            new SetUpgradeProblem($"{failed.Problem}; the previous version could not be restored: {reason}")),
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
