using System.Runtime.InteropServices;
using Tspm.Guardian.Contract;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The guardian's life: one thread in poll(2). It starts the daemon and starts it again when it died, reaps what was orphaned, keeps FIFOs open, and passes a wish to end on.
/// It never waits for the daemon: what cannot be sent now is sent when there is room.
/// </summary>
internal sealed unsafe partial class GuardianLoop
{
    /// <summary>A daemon that lived this long died of something new: the next one is started at once again.</summary>
    const long LivedLongMs = 10_000;

    const int RestartStepMs = 100, LongestRestartDelayMs = 500;

    readonly int _signals;
    int _listener, _office;
    GuardianOptions _options;
    readonly TspmHome _home;
    readonly ReapedRecords _reaped = new();
    readonly DescriptorStore _store = new();
    readonly LogsOnOutput _logs;
    readonly DeathNote _note;
    DeathTally _deaths;
    /// <summary>The keys of what the present daemon is to get, and how many it has got.</summary>
    DescriptorKey[] _toReturn = [];
    int _returned;
    int _readyDescriptor;
    int _daemonPid;
    int _channel = -1;
    long _daemonStartedAt;
    long _daemonDiedAtTicks;
    int _quickDeaths;
    bool _leaving;
    bool _wasReady;
    bool _caughtUpSent;
    /// <summary>SIGTERM came: whatever daemon there is, or will be, is to end.</summary>
    bool _endWanted;

    /// <param name="given">What the election gave, or another image of this guardian.</param>
    /// <param name="former">The executable of that image, to go back to; -1: there is none.</param>
    /// <param name="mask">The signals that are blocked.</param>
    /// <param name="home">Whose guardian this is.</param>
    public GuardianLoop(Handover given, int former, SignalSet* mask, TspmHome home)
    {
        (_listener, _office, _options, _home) = (given.Listener, given.Office, given.Options, home);
        (_wasReady, _quickDeaths, _endWanted, _daemonDiedAtTicks) = (given.WasReady, given.QuickDeaths, given.EndWanted, given.DaemonDiedAtTicks);
        foreach (var (key, descriptor) in given.Stored) _store.Store(key, descriptor);
        _reaped.Restore(given.LastReaped, given.Reaped);
        _logs = new LogsOnOutput(given.LogsPid);
        _note = new DeathNote(home);
        _deaths = given.Deaths ?? DeathTally.StartingNow;
        RenewNote();
        _trial = former >= 0 ? new Trial(former) : null;
        _readyDescriptor = given.Options.ReadyDescriptor;
        _signals = SysSignalfd.signalfd(-1, mask, SysSignalfd.SFD_CLOEXEC | SysSignalfd.SFD_NONBLOCK);
        if (_signals < 0) throw new HomeException($"cannot receive signals: {Errno.Describe(Errno.Last)}");
    }

    /// <summary>Until the daemon left on purpose. The result is the exit code.</summary>
    public int Run()
    {
        // What ended while one image became the next.
        Reap(out _);
        StartDaemon();
        while (true)
        {
            Wait();
            TakeMessages();
            TakeSignals();
            EndOverdueDaemon();
            if (Reap(out var daemonStatus) && AfterDaemon(daemonStatus) is { } exitCode) return exitCode;
            if (_daemonPid == 0 && RestartDueInMs() == 0) StartDaemon();
            SendRecords();
        }
    }

    void Wait()
    {
        var fds = stackalloc PollFd[2];
        fds[0] = new PollFd { fd = _signals, events = SysPoll.POLLIN };
        var wantsRoom = _channel >= 0 && (_reaped.TryNext(out _) || !_caughtUpSent);
        fds[1] = new PollFd { fd = _channel, events = (short)(SysPoll.POLLIN | (wantsRoom ? SysPoll.POLLOUT : 0)) };
        _ = SysPoll.poll(fds, 2, _daemonPid == 0 ? RestartDueInMs() : OverdueInMs());
    }

    // ---- the daemon

    void StartDaemon()
    {
        (_leaving, _daemonIsReady, _caughtUpSent) = (false, false, false);
        _reaped.SendAgain();
        (_toReturn, _returned) = (_store.GivenBack(), 0);
        _daemonStartedAt = Environment.TickCount64;
        var ready = _trial?.OpenReasonPipe() ?? _readyDescriptor;
        (_daemonPid, _channel) = !HomeIsReady() ? (0, -1) : DaemonSpawner.Start(_listener, ready, _options with { Deaths = _deaths });
        if (_trial is not null && ready >= 0) Unistd.close(ready);
        if (_daemonPid == 0) _quickDeaths++;
        // It is blocked there as well, until the daemon reads its signals.
        else if (_endWanted) _ = SysSignal.kill(_daemonPid, Signals.SIGTERM);
    }

    int RestartDueInMs()
    {
        var delay = Math.Min(Math.Max(0, _quickDeaths - 1) * RestartStepMs, LongestRestartDelayMs);
        return (int)Math.Max(0, _daemonStartedAt + delay - Environment.TickCount64);
    }

    /// <summary>The daemon is gone: an exit code when the guardian has to go too.</summary>
    int? AfterDaemon(int waitStatus)
    {
        // What it sent with its last breath counts: descriptors to hold, acknowledgements, its leave.
        TakeMessages();
        Unistd.close(_channel);
        var pid = _daemonPid;
        (_channel, _daemonPid, _daemonIsReady) = (-1, 0, false);
        var exitCode = (waitStatus & 0x7f) == 0 ? (waitStatus >> 8) & 0xff : -1;
        if (_leaving)
        {
            // Whatever befell it after that: all is stopped and saved, and the socket is no longer anybody's.
            RemoveSocket();
            _note.Remove();
            _logs.Finish();
            return Math.Max(0, exitCode);
        }
        if (_successor >= 0)
        {
            if (GaveAway()) return 0;
            return null;
        }
        CountDeath(pid, waitStatus, exitCode);
        if (ChangedImage(waitStatus)) return null;
        // What children print while there is no daemon is kept by us alone: as long as any live, a daemon that cannot start now is tried again.
        if (_trial is null && ((exitCode == DaemonExit.CannotStart && _store.Count == 0) || (!_wasReady && exitCode >= 0)))
        {
            RemoveSocket();
            _note.Remove();
            return 1;
        }
        TellOfFirstDeath();
        _quickDeaths = Environment.TickCount64 - _daemonStartedAt > LivedLongMs ? 1 : _quickDeaths + 1;
        return null;
    }

    /// <summary>A version that leaves for another one did not die, and one on trial that cannot start has said why itself.</summary>
    void CountDeath(int pid, int waitStatus, int exitCode)
    {
        if (_next >= 0 || (_trial is not null && exitCode == DaemonExit.CannotStart)) return;
        _deaths = _deaths.WithDeath(pid, waitStatus);
        RenewNote();
    }

    /// <summary>Whoever waits for the first daemon learns what became of it; the next one is on its way.</summary>
    void TellOfFirstDeath()
    {
        if (_readyDescriptor < 0) return;
        ReadyPipe.Tell(_readyDescriptor, $"{ReadyPipe.DiedPrefix}{DeathTally.CauseOf(_deaths.LastStatus)}");
        _readyDescriptor = -1;
    }

    void RenewNote()
    {
        if (_deaths.Count > 0) _note.Write(_deaths);
        else _note.Remove();
    }

    /// <summary>A service manager's stays: it listens there for the next one.</summary>
    void RemoveSocket()
    {
        if (!_options.HasForeignSocket && LostHome.HasLock(_home, _office)) _ = Unistd.unlink(_home.SocketPath);
    }

    /// <summary>The first daemon has its own copy; ours would keep the client waiting.</summary>
    void CloseReadyPipe()
    {
        if (_readyDescriptor >= 0) Unistd.close(_readyDescriptor);
        _readyDescriptor = -1;
    }

    // ---- signals and orphans

    void TakeSignals()
    {
        SignalfdSiginfo info;
        while (Unistd.read(_signals, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo))
        {
            if ((int)info.ssi_signo == Signals.SIGHUP && _daemonPid > 0) _ = SysSignal.kill(_daemonPid, Signals.SIGHUP);
            if ((int)info.ssi_signo == Signals.SIGURG) RestoreHome();
            if ((int)info.ssi_signo is not (Signals.SIGTERM or Signals.SIGINT or Signals.SIGQUIT)) continue;
            _endWanted = true;
            if (_daemonPid > 0) _ = SysSignal.kill(_daemonPid, Signals.SIGTERM);
        }
    }

    /// <summary>Reaps all that ended. True when the daemon was among it.</summary>
    bool Reap(out int daemonStatus)
    {
        daemonStatus = 0;
        var daemonDied = false;
        while (true)
        {
            // Looked at first, reaped after: the start time is in /proc only until then.
            var info = default(Siginfo);
            if (SysWait.waitid(SysWait.P_ALL, 0, &info, SysWait.WEXITED | SysWait.WNOHANG | SysWait.WNOWAIT) != 0 || info.si_pid == 0) return daemonDied;
            var pid = info.si_pid;
            _ = ProcFiles.TryReadStat(pid, out var stat);
            int status;
            if (SysWait.wait4(pid, &status, 0, null) != pid) continue;
            if (pid == _logs.Pid) _logs.Ended(again: !_leaving);
            else if (pid != _daemonPid) _reaped.Add(pid, status, stat.StartTicks, ledSession: stat.Session == pid);
            else (daemonDied, daemonStatus, _daemonDiedAtTicks) = (true, status, BootClock.Ticks);
        }
    }

    // ---- the channel

    void TakeMessages()
    {
        if (_channel < 0) return;
        GuardianMessage message = default;
        while (FdPassing.Receive(_channel, MemoryMarshal.AsBytes(new Span<GuardianMessage>(ref message)), out var descriptor) == GuardianMessage.Size)
            Take(message, descriptor);
    }

    void Take(in GuardianMessage message, int descriptor)
    {
        switch (message.Kind)
        {
            case GuardianMessageKind.Store when descriptor >= 0:
                _store.Store(DescriptorKey.FromWire(message.Number), descriptor);
                break;
            case GuardianMessageKind.Remove:
                _store.Remove(DescriptorKey.FromWire(message.Number));
                break;
            case GuardianMessageKind.Acknowledge:
                _reaped.Acknowledge(message.Number);
                break;
            case GuardianMessageKind.Ready:
                (_wasReady, _daemonIsReady) = (true, true);
                _trial?.Passed();
                _trial = null;
                // Done once: what came of it is the state now.
                _options = _options with { Apply = null };
                CloseReadyPipe();
                if (_options.ShowsLogs) _logs.Start();
                if (_homeIsWanted) RestoreHome();
                ResidentCode.Release();
                break;
            case GuardianMessageKind.HomeGone:
                RestoreHome();
                break;
            case GuardianMessageKind.DeathsTold:
                _deaths = _deaths with { Told = Math.Max(_deaths.Told, (int)message.Number) };
                break;
            case GuardianMessageKind.Leaving:
                _leaving = true;
                break;
            case GuardianMessageKind.Upgrade when descriptor >= 0:
                Prepare(descriptor);
                break;
            case GuardianMessageKind.HandOver when descriptor >= 0:
                _successor = descriptor;
                _endDue = Environment.TickCount64 + LongestEndMs;
                break;
        }
    }

    void SendRecords()
    {
        if (_channel < 0) return;
        while (_reaped.TryNext(out var record))
        {
            if (!Send(record)) return;
            _reaped.MarkSent();
        }
        for (; _returned < _toReturn.Length; _returned++)
        {
            var key = _toReturn[_returned];
            // Removed meanwhile: there is nothing to give back.
            if (_store.All.TryGetValue(key, out var descriptor) && !Send(new GuardianMessage { Kind = GuardianMessageKind.Returned, Number = key.Wire }, descriptor)) return;
        }
        if (!_caughtUpSent) _caughtUpSent = Send(new GuardianMessage { Kind = GuardianMessageKind.CaughtUp, StartTicks = _daemonDiedAtTicks });
    }

    bool Send(GuardianMessage message, int descriptor = -1) =>
        FdPassing.Send(_channel, MemoryMarshal.AsBytes(new ReadOnlySpan<GuardianMessage>(in message)), descriptor) == 0;
}
