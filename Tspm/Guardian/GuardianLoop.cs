using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The single thread of the guardian. It waits in poll(2), turns messages, signals, process exits and the clock into
/// events for the <see cref="GuardianLifecycle"/>, and performs the actions. Work without decisions is done here
/// directly: storing descriptors, reaping orphans, and sending both to the daemon. It never blocks on the daemon: what
/// cannot be sent now is sent when the channel has room.
/// </summary>
internal sealed unsafe class GuardianLoop
{
    readonly GuardianSignals _signals;
    readonly GuardianHome _home;
    readonly ReapedRecords _reaped = new();
    readonly DescriptorStore _store = new();
    readonly DaemonLink _daemon;
    readonly LogsOnOutput _logs;
    readonly DeathNote _deaths;
    readonly ProbationReason _reason = new();
    readonly int _givenFormat;
    GuardianOptions _options;
    GuardianState _state;
    readonly Descriptor _readyPipe;
    long _daemonDiedAtTicks;

    /// <param name="given">The result of the election, or the handover from another guardian or version.</param>
    /// <param name="former">The executable of the previous version, for a rollback; not open: there is none.</param>
    /// <param name="ready">The pipe on which the first daemon reports its readiness; not open: nobody waits.</param>
    /// <param name="mask">The blocked signals.</param>
    /// <param name="home">The home of this guardian.</param>
    public GuardianLoop(Handover given, Descriptor former, Descriptor ready, SignalSet* mask, TspmHome home)
    {
        (_options, _readyPipe, _givenFormat) = (given.Options, ready, given.Format);
        _daemonDiedAtTicks = given.DaemonDiedAtTicks;
        foreach (var (key, number) in given.Stored) _store.Store(key, Descriptor.Own(number));
        _reaped.Restore(given.LastReaped, given.Reaped);
        _daemon = new DaemonLink(_reaped, _store);
        _logs = new LogsOnOutput(given.LogsPid);
        _deaths = new DeathNote(home, given.Deaths ?? DeathTally.StartingNow);
        _deaths.Renew();
        _home = new GuardianHome(home, given, _store, _deaths);
        _state = new GuardianState.NoDaemon(
            new GuardianFacts(given.WasReady, given.EndWanted)
            {
                Failures = new DaemonFailures(given.QuickDeaths, null),
                Probation = former.IsOpen ? UpgradeProbation.Begin(former, Now) : null,
            }, Now);
        _signals = new GuardianSignals(mask);
    }

    static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>Runs until the lifecycle has ended.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        // Processes may have ended during the re-exec.
        Reap();
        while (true)
        {
            if (_state.Due <= Now) Happened(new GuardianEvent.Due());
            if (_state is GuardianState.Ended ended) return ended.ExitCode;
            _daemon.SendPending(_daemonDiedAtTicks);
            Wait();
            ReadMessages();
            while (_signals.TryRead(out var signal)) OnSignal(signal);
            Reap();
        }
    }

    void Wait()
    {
        var fds = stackalloc PollFd[2];
        fds[0] = new PollFd { fd = _signals.Number, events = SysPoll.POLLIN };
        var room = _daemon.HasPending ? SysPoll.POLLOUT : 0;
        fds[1] = new PollFd { fd = _daemon.Channel, events = (short)(SysPoll.POLLIN | room) };
        var timeout = _state.Due is { } due ? (int)Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds)) : -1;
        _ = SysPoll.poll(fds, 2, timeout);
    }

    // ---- events

    void Happened(GuardianEvent happened)
    {
        (_state, var actions) = GuardianLifecycle.Next(_state, happened, Now);
        foreach (var action in actions) Perform(action);
    }

    void OnSignal(int signal)
    {
        if (signal == Signals.SIGHUP) Happened(new GuardianEvent.Hangup());
        if (signal == Signals.SIGURG) Happened(new GuardianEvent.HomeLost());
        if (signal is Signals.SIGTERM or Signals.SIGINT or Signals.SIGQUIT) Happened(new GuardianEvent.Terminate());
    }

    void ReadMessages()
    {
        while (_daemon.TryReceive(out var message, out var descriptor)) OnMessage(message, descriptor);
    }

    void OnMessage(in GuardianMessage message, Descriptor descriptor)
    {
        switch (message.Kind)
        {
            case GuardianMessageKind.Store when descriptor.IsOpen:
                _store.Store(DescriptorKey.FromWire(message.Number), descriptor);
                break;
            case GuardianMessageKind.Remove:
                _store.Remove(DescriptorKey.FromWire(message.Number));
                break;
            case GuardianMessageKind.Acknowledge:
                _reaped.Acknowledge(message.Number);
                break;
            case GuardianMessageKind.CatchUp:
                // Run reaps everything that has ended before it sends again.
                _daemon.CatchUpAgain();
                break;
            case GuardianMessageKind.DeathsTold:
                _deaths.Told((int)message.Number);
                break;
            case GuardianMessageKind.Ready:
                Happened(new GuardianEvent.Ready());
                break;
            case GuardianMessageKind.HomeGone:
                Happened(new GuardianEvent.HomeLost());
                break;
            case GuardianMessageKind.Leaving:
                Happened(new GuardianEvent.LeaveAsked());
                break;
            case GuardianMessageKind.Upgrade when descriptor.IsOpen:
                Happened(new GuardianEvent.UpgradeAsked(descriptor));
                break;
            case GuardianMessageKind.HandOver when descriptor.IsOpen:
                Happened(new GuardianEvent.HandOverAsked(descriptor));
                break;
            default:
                // A message of a newer version.
                descriptor.Dispose();
                break;
        }
    }

    /// <summary>
    /// Reaps everything that has ended. The death of the daemon is handled last, after all others have been recorded.
    /// </summary>
    void Reap()
    {
        int? daemonStatus = null;
        while (EndedProcess.TryReap(out var ended))
        {
            if (ended.Pid == _logs.Pid) _logs.Ended(again: _state is not GuardianState.Leaving);
            else if (ended.Pid != _daemon.Pid) _reaped.Add(ended);
            else (daemonStatus, _daemonDiedAtTicks) = (ended.WaitStatus, BootClock.Ticks);
        }
        if (daemonStatus is not { } status) return;
        // Its last messages still count: descriptors to store, acknowledgements, the announcement of its end.
        ReadMessages();
        var pid = _daemon.Pid;
        _daemon.Ended();
        Happened(new GuardianEvent.DaemonDied(pid, status, _store.Count == 0, _reason.Read()));
    }

    // ---- actions

    void Perform(GuardianAction action)
    {
        switch (action)
        {
            case GuardianAction.StartDaemon: StartDaemon(); break;
            case GuardianAction.KillDaemon: _daemon.Signal(Signals.SIGKILL); break;
            case GuardianAction.ForwardSignal forward: _daemon.Signal(forward.Signal); break;
            case GuardianAction.FinishStart: FinishStart(); break;
            case GuardianAction.RestoreHome: _home.Restore(_daemon, _options.Foreground); break;
            case GuardianAction.RecordDeath death: _deaths.Add(death.Pid, death.WaitStatus, death.Consecutive); break;
            case GuardianAction.ReportFirstDeath death: ReportFirstDeath(death.WaitStatus); break;
            case GuardianAction.ReExec next:
                Happened(new GuardianEvent.ReExecFailed(ReExec.BecomeNext(next.Executable.Number,
                    Snapshot(problem: null))));
                break;
            case GuardianAction.RollBack back:
                // The previous version must get the format that it wrote itself.
                var given = Snapshot(back.Problem) with { Format = _givenFormat };
                Happened(new GuardianEvent.ReExecFailed(ReExec.BecomeFormer(back.Former.Number, given)));
                break;
            case GuardianAction.GiveToSuccessor gift: Give(gift.Successor.Number); break;
            case GuardianAction.SetUpgradeProblem said: SetUpgradeProblem(said.Problem); break;
            case GuardianAction.Close closed: closed.Descriptor.Dispose(); break;
            case GuardianAction.RemoveSocket: _home.RemoveSocket(); break;
            case GuardianAction.RemoveDeathNote: _deaths.Remove(); break;
            case GuardianAction.FinishLogs: _logs.Finish(); break;
            default: throw new ArgumentOutOfRangeException(nameof(action), action, "an action that nobody performs");
        }
    }

    void StartDaemon()
    {
        var isOnProbation = _state.Facts.Probation is not null;
        using var reason = isOnProbation ? _reason.Open() : default;
        var ready = isOnProbation ? reason.NumberOrNone : _readyPipe.NumberOrNone;
        // IsReady may have replaced the listener.
        var isStarted = _home.IsReady()
            && _daemon.Start(_home.Listener, ready, OptionsNow with { Deaths = _deaths.Tally });
        reason.Dispose();
        Happened(isStarted ? new GuardianEvent.DaemonStarted() : new GuardianEvent.StartFailed());
    }

    void FinishStart()
    {
        // The file is applied only once; its processes are now part of the state.
        _options = _options with { Apply = null };
        // The daemon has its own copy; an open one here would keep the client waiting for end of file.
        _readyPipe.Dispose();
        _reason.Close();
        if (_options.ShowsLogs) _logs.Start();
        ResidentCode.Release();
    }

    void ReportFirstDeath(int waitStatus) =>
        ReadyPipe.Tell(_readyPipe, $"{ReadyPipe.DiedPrefix}{DeathTally.CauseOf(waitStatus)}");

    void Give(int successor)
    {
        var problem = GuardianTakeover.Give(successor, Snapshot(problem: null));
        Happened(problem is null ? new GuardianEvent.TakenOver() : new GuardianEvent.TakeoverFailed(problem));
    }

    void SetUpgradeProblem(string problem) => _options = _options with { UpgradeProblem = problem };

    GuardianOptions OptionsNow =>
        _options with { HasForeignSocket = _home.HasForeignSocket, HomeProblem = _home.Problem };

    Handover Snapshot(string? problem) => new()
    {
        Listener = _home.Listener,
        GuardianLock = _home.Lock,
        Options = OptionsNow with { UpgradeProblem = problem },
        WasReady = _state.Facts.WasReady,
        QuickDeaths = 0,
        EndWanted = _state.Facts.EndWanted,
        DaemonDiedAtTicks = _daemonDiedAtTicks,
        Stored = _store.Numbers(),
        Reaped = _reaped.Unacknowledged.ToArray(),
        LastReaped = _reaped.LastNumber,
        LogsPid = _logs.Pid,
        Deaths = _deaths.Tally,
    };
}
