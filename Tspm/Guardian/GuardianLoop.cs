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
/// events for the <see cref="GuardianInterpreter"/>, and performs its actions. Work without decisions is done here
/// directly: storing descriptors, reaping orphans, and sending both to the daemon. It never blocks on the daemon: what
/// cannot be sent now is sent when the channel has room.
/// </summary>
internal sealed unsafe class GuardianLoop : IGuardianActions
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
    readonly GuardianInterpreter _lifecycle;
    readonly Descriptor _readyPipe;
    long _daemonDiedAtTicks;
    bool _hasWorked = true;

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
        var state = new GuardianState.NoDaemon(
            new GuardianFacts(given.WasReady, given.EndWanted)
            {
                Failures = new DaemonFailures(given.QuickDeaths, null),
                Probation = former.IsOpen ? UpgradeProbation.Begin(former, Now) : null,
            }, Now);
        _lifecycle = new GuardianInterpreter(this, state, static () => Now);
        _signals = new GuardianSignals(mask);
    }

    static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    GuardianState State => _lifecycle.State;

    static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>Runs until the lifecycle has ended.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        // Processes may have ended during the re-exec.
        Reap();
        while (true)
        {
            if (State.Due <= Now) Happened(new GuardianEvent.Due());
            if (State is GuardianState.Ended ended) return ended.ExitCode;
            _daemon.SendPending(_daemonDiedAtTicks);
            Wait();
            ReadMessages();
            while (_signals.TryRead(out var signal)) OnSignal(signal);
            Reap();
        }
    }

    /// <summary>
    /// Waits for a message, a signal or the time at which the state is due. After <see cref="QuietFor"/> without any
    /// of them, the code that the last work needed is released once: a guardian waits nearly all of its life.
    /// </summary>
    void Wait()
    {
        var fds = stackalloc PollFd[2];
        fds[0] = new PollFd { fd = _signals.Number, events = SysPoll.POLLIN };
        var room = _daemon.HasPending ? SysPoll.POLLOUT : 0;
        fds[1] = new PollFd { fd = _daemon.Channel, events = (short)(SysPoll.POLLIN | room) };
        var due = State.Due is { } time ? time - Now : Timeout.InfiniteTimeSpan;
        var isReleaseNext = _hasWorked && (State.Due is null || due > QuietFor);
        var ready = SysPoll.poll(fds, 2, MillisecondsOf(isReleaseNext ? QuietFor : due));
        if (ready == 0 && isReleaseNext) PageReclaim.ReleaseCodePages();
        _hasWorked = ready != 0 || (_hasWorked && !isReleaseNext);
    }

    static int MillisecondsOf(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Max(0, Math.Ceiling(time.TotalMilliseconds));

    // ---- events

    void Happened(GuardianEvent happened) => _lifecycle.Happened(happened);

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
            case GuardianMessageKind.DeathsRecorded:
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
            if (ended.Pid == _logs.Pid) _logs.Ended(again: State is not GuardianState.Leaving);
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

    bool IGuardianActions.StartDaemon()
    {
        var isOnProbation = State.Facts.Probation is not null;
        using var reason = isOnProbation ? _reason.Open() : default;
        var ready = isOnProbation ? reason.NumberOrNone : _readyPipe.NumberOrNone;
        // IsReady may have replaced the listener.
        var isStarted = _home.IsReady()
            && _daemon.Start(_home.Listener, ready, OptionsNow with { Deaths = _deaths.Tally });
        reason.Dispose();
        return isStarted;
    }

    void IGuardianActions.FinishStart()
    {
        // The file is applied only once; its processes are now part of the state.
        _options = _options with { Apply = null };
        // The daemon has its own copy; an open one here would keep the client waiting for end of file.
        _readyPipe.Dispose();
        _reason.Close();
        if (_options.ShowsLogs) _logs.Start();
    }

    void IGuardianActions.ReportFirstDeath(int waitStatus) =>
        ReadyPipe.Report(_readyPipe, $"{ReadyPipe.DiedPrefix}{DeathTally.CauseOf(waitStatus)}");

    void IGuardianActions.SignalDaemon(int signal) => _daemon.Signal(signal);

    void IGuardianActions.RestoreHome() => _home.Restore(_daemon, _options.Foreground);

    void IGuardianActions.RecordDeath(int pid, int waitStatus, int consecutive) =>
        _deaths.Add(pid, waitStatus, consecutive);

    string IGuardianActions.ReExec(Descriptor executable) =>
        ReExec.BecomeNext(executable.Number, Snapshot(problem: null));

    /// <summary>In the format that the former version wrote itself.</summary>
    string IGuardianActions.RollBack(Descriptor former, string problem) =>
        ReExec.BecomeFormer(former.Number, Snapshot(problem) with { Format = _givenFormat });

    string? IGuardianActions.GiveTo(Descriptor successor) =>
        GuardianTakeover.Give(successor.Number, Snapshot(problem: null));

    void IGuardianActions.SetUpgradeProblem(string problem) => _options = _options with { UpgradeProblem = problem };

    void IGuardianActions.Close(Descriptor descriptor) => descriptor.Dispose();

    void IGuardianActions.RemoveSocket() => _home.RemoveSocket();

    void IGuardianActions.RemoveDeathNote() => _deaths.Remove();

    void IGuardianActions.FinishLogs() => _logs.Finish();

    GuardianOptions OptionsNow =>
        _options with { HasForeignSocket = _home.HasForeignSocket, HomeProblem = _home.Problem };

    Handover Snapshot(string? problem) => new()
    {
        Listener = _home.Listener,
        GuardianLock = _home.Lock,
        Options = OptionsNow with { UpgradeProblem = problem },
        WasReady = State.Facts.WasReady,
        QuickDeaths = 0,
        EndWanted = State.Facts.EndWanted,
        DaemonDiedAtTicks = _daemonDiedAtTicks,
        Stored = _store.Numbers(),
        Reaped = _reaped.Unacknowledged.ToArray(),
        LastReaped = _reaped.LastNumber,
        LogsPid = _logs.Pid,
        Deaths = _deaths.Tally,
    };
}
