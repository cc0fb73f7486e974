using System.Runtime.InteropServices;
using Tspm.Model;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The guardian's life: one thread in poll(2). It starts the daemon and starts it again when it died, reaps what was orphaned, keeps FIFOs open, and passes a wish to end on.
/// It never waits for the daemon: what cannot be sent now is sent when there is room.
/// </summary>
internal sealed unsafe class GuardianLoop
{
    /// <summary>A daemon that lived this long died of something new: the next one is started at once again.</summary>
    const long LivedLongMs = 10_000;

    const int RestartStepMs = 100, LongestRestartDelayMs = 500;

    readonly int _listener, _signals;
    readonly GuardianOptions _options;
    readonly TspmHome _home;
    readonly ReapedRecords _reaped = new();
    readonly HeldDescriptors _held = new();
    int _readyDescriptor;
    int _daemonPid;
    int _channel = -1;
    long _daemonStartedAt;
    long _daemonDiedAtTicks;
    int _quickDeaths;
    bool _leaving;
    bool _wasReady;
    bool _caughtUpSent;

    public GuardianLoop(int listener, SignalSet* mask, GuardianOptions options, TspmHome home)
    {
        (_listener, _options, _home) = (listener, options, home);
        _readyDescriptor = options.ReadyDescriptor;
        _signals = SysSignalfd.signalfd(-1, mask, SysSignalfd.SFD_CLOEXEC | SysSignalfd.SFD_NONBLOCK);
        if (_signals < 0) throw new HomeException($"cannot receive signals: {Errno.Describe(Errno.Last)}");
    }

    /// <summary>Until the daemon left on purpose. The result is the exit code.</summary>
    public int Run()
    {
        StartDaemon();
        while (true)
        {
            Wait();
            TakeMessages();
            TakeSignals();
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
        _ = SysPoll.poll(fds, 2, _daemonPid == 0 ? RestartDueInMs() : -1);
    }

    // ---- the daemon

    void StartDaemon()
    {
        _leaving = false;
        _caughtUpSent = false;
        _reaped.SendAgain();
        _daemonStartedAt = Environment.TickCount64;
        (_daemonPid, _channel) = DaemonSpawner.Start(_listener, _readyDescriptor, _options);
        if (_daemonPid == 0) _quickDeaths++;
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
        (_channel, _daemonPid) = (-1, 0);
        var exitCode = (waitStatus & 0x7f) == 0 ? (waitStatus >> 8) & 0xff : -1;
        if (_leaving)
        {
            // Whatever befell it after that: all is stopped and saved, and the socket is no longer anybody's.
            _ = Unistd.unlink(_home.SocketPath);
            return 0;
        }
        // What children print while there is no daemon is kept by us alone: as long as any live, a daemon that cannot start now is tried again.
        if ((exitCode == DaemonExit.CannotStart && _held.Count == 0) || (!_wasReady && exitCode >= 0))
        {
            _ = Unistd.unlink(_home.SocketPath);
            return 1;
        }
        CloseReadyPipe();
        _quickDeaths = Environment.TickCount64 - _daemonStartedAt > LivedLongMs ? 1 : _quickDeaths + 1;
        return null;
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
            if ((int)info.ssi_signo is Signals.SIGTERM or Signals.SIGINT or Signals.SIGQUIT && _daemonPid > 0)
                _ = SysSignal.kill(_daemonPid, Signals.SIGTERM);
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
            if (pid != _daemonPid) _reaped.Add(pid, status, stat.StartTicks, ledSession: stat.Session == pid);
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
            case GuardianMessageKind.Hold when descriptor >= 0:
                _held.Hold(message.Number, descriptor);
                break;
            case GuardianMessageKind.Release:
                _held.Release(message.Number);
                break;
            case GuardianMessageKind.Acknowledge:
                _reaped.Acknowledge(message.Number);
                break;
            case GuardianMessageKind.Ready:
                _wasReady = true;
                CloseReadyPipe();
                ResidentCode.Release();
                break;
            case GuardianMessageKind.Leaving:
                _leaving = true;
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
        if (!_caughtUpSent) _caughtUpSent = Send(new GuardianMessage { Kind = GuardianMessageKind.CaughtUp, StartTicks = _daemonDiedAtTicks });
    }

    bool Send(GuardianMessage message) =>
        FdPassing.Send(_channel, MemoryMarshal.AsBytes(new ReadOnlySpan<GuardianMessage>(in message)), -1) == 0;
}
