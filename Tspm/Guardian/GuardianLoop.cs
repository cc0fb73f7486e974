using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// One thread in poll(2): it turns messages, signals, ends of processes and the clock into events for the
/// <see cref="GuardianInterpreter"/>, and does what that orders. What needs no decision is done here at once: keeping
/// descriptors, reaping orphans, and sending both to the daemon. It never waits for the daemon: what cannot be sent now
/// is sent when there is room.
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

    /// <param name="given">What the election gave, or another image of this guardian.</param>
    /// <param name="former">The executable of that image, to go back to; not open: there is none.</param>
    /// <param name="ready">Where the first daemon reports its readiness; not open: nobody waits for it.</param>
    /// <param name="mask">The signals that are blocked.</param>
    /// <param name="home">Whose guardian this is.</param>
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

    /// <summary>Until the lifecycle has ended. The result is the exit code.</summary>
    public int Run()
    {
        // What ended while one image became the next.
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
                // What has ended is reaped before anything is sent.
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
                // A newer daemon's, and nothing that this version knows.
                descriptor.Dispose();
                break;
        }
    }

    /// <summary>Reaps all that has ended. The daemon's end is an event only after the others are on record.</summary>
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
        // What it sent with its last breath counts: descriptors to keep, acknowledgements, its leave.
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
        // What is ready for a daemon may be another listener than before.
        var isStarted = _home.IsReady()
            && _daemon.Start(_home.Listener, ready, OptionsNow with { Deaths = _deaths.Tally });
        reason.Dispose();
        return isStarted;
    }

    void IGuardianActions.FinishStart()
    {
        // Applied once: what came of the file is the state now.
        _options = _options with { Apply = null };
        // The daemon has its own copy; this one would keep the client waiting.
        _readyPipe.Dispose();
        _reason.Close();
        if (_options.ShowsLogs) _logs.Start();
    }

    void IGuardianActions.ReportFirstDeath(int waitStatus) =>
        ReadyPipe.Tell(_readyPipe, $"{ReadyPipe.DiedPrefix}{DeathTally.CauseOf(waitStatus)}");

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
