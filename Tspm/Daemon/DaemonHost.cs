using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tspm.Guardian;
using Tspm.Logs;
using Tspm.Logs.Events;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Probes;

namespace Tspm.Daemon;

/// <summary>
/// Puts the daemon together, runs the supervisor's loop on the main thread, and takes everything apart in the right order. What the daemon owns, and who runs where:
/// supervisor (main thread), events of the kernel, output of children, saving of state (a thread each), control socket (the runtime's pool).
/// </summary>
internal sealed class DaemonHost : IDisposable, IReadyHandler
{
    readonly TspmHome _home;
    readonly GuardianOptions _options;
    readonly DaemonLog _log;
    readonly EventLoop _events = new("events");
    readonly GuardianChannel _guardian = new(DaemonSpawner.ChannelDescriptor);
    readonly LogGrowth _growth = new(), _eventGrowth = new();
    readonly EventLog _diary;
    readonly OutputPump _outputs;
    readonly NotifySockets _notify;
    readonly ListenSockets _listeners;
    readonly SupervisorLoop _loop;
    readonly StateSaver _saver;
    readonly ProcessStore _store;
    readonly RunRecordStore _records;
    readonly IProcessSystem _system;
    readonly Supervisor _supervisor;
    readonly ControlSocket _socket;
    readonly DaemonContext _context;
    readonly Departure _departure;
    readonly int _signals;
    bool _shuttingDown;

    public DaemonHost(TspmHome home, GuardianOptions options)
    {
        (_home, _options) = (home, options);
        var clock = TimeProvider.System;
        _log = new DaemonLog(home, options.Foreground);
        _events.OnFault = fault => _log.Logger.LogError(fault, "internal error in an event: {Type}", fault.GetType().Name);
        _store = new ProcessStore(home, clock);
        _diary = new EventLog(home.EventsFile, clock, () =>
        {
            _eventGrowth.Notify(home.EventsFile);
            _growth.Notify(home.EventsFile);
        });
        _records = new RunRecordStore(home) { RetryLater = retry => _loop!.Timers.After(RetryRecordsAfter, retry) };
        var settings = SettingsFile.Read(home, out var unread);
        if (unread is not null) _loadTroubles.Add(unread);
        var logsTotal = settings.LogsTotalMaxBytes is > 0 and var most ? new TotalLimit(home.LogFolder, most) : null;
        _outputs = new OutputPump(_guardian, _growth, CurrentSystem.CreateByteMover, logsTotal);
        _loop = new SupervisorLoop(clock, _log.Logger);
        _saver = new StateSaver(_store.Save);
        // The same for every daemon of this home, and for no other's.
        var homeName = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(Files.RealPath(Path.GetFullPath(home.Path)))));
        var cgroups = CurrentSystem.CgroupFolder(settings.Cgroup, homeName, out var noCgroup);
        if (noCgroup is not null) _loadTroubles.Add(noCgroup);
        if (cgroups is not null) _log.Logger.LogInformation("processes get cgroups of their own in {Folder}", cgroups);
        _system = CurrentSystem.CreateProcessSystem(_events, options.GuardianPid, new SetUpCommand(SelfPath.Value), (ulong)options.OpenFilesLimit, options.OomScore, cgroups);
        _notify = new NotifySockets(_events, _guardian.Hold, _guardian.Release, _loop.Post);
        _listeners = new ListenSockets(_guardian.Hold, _guardian.Release);
        var services = new SupervisionServices
        {
            System = _system,
            Outputs = _outputs,
            Notify = _notify,
            Files = new InotifyWatcher(_events),
            Listeners = new Listeners(_listeners),
            Probes = new ProbeMaker(new Dialer(_events), _growth),
            Records = _records,
            Timers = _loop.Timers,
            Clock = clock,
            Home = home,
            Log = _log.Logger,
            Tell = _diary.Tell,
            GuardianPid = options.GuardianPid,
            Post = _loop.Post,
        };
        _supervisor = new Supervisor(services, _loop, _saver);
        _context = new DaemonContext
        {
            Home = home,
            Supervisor = new SupervisorHandle(_loop, _supervisor),
            Readings = new Readings(services.System),
            Outputs = _outputs,
            Growth = _growth,
            Events = _diary,
            EventGrowth = _eventGrowth,
            Clock = clock,
            GuardianPid = options.GuardianPid,
            StartedAt = clock.GetUtcNow(),
            StartedMonotonic = _loop.Timers.Now,
            Monotonic = () => _loop.Timers.Now,
            Troubles = Troubles,
            Shutdown = asker => _loop.Post(() => Shutdown(asker)),
            Upgrade = (candidate, asker) => _departure!.Leave(candidate, asker),
            UpgradeProblem = options.UpgradeProblem,
            Changes = new ChangeGate(clock),
            Log = _log.Logger,
            IdleTrim = new IdleTrim(_loop),
        };
        _socket = new ControlSocket(DaemonSpawner.ListenerDescriptor, _context);
        _departure = new Departure(_context, _socket, _guardian, _loop, _supervisor);
        _signals = OpenSignals();
    }

    /// <summary>How often to try to write run records that could not be written: the disk may have room again.</summary>
    static readonly TimeSpan RetryRecordsAfter = TimeSpan.FromMilliseconds(500);

    readonly List<string> _loadTroubles = [];

    /// <summary>Until the daemon was asked to end. The result is the exit code.</summary>
    public int Run()
    {
        _loop.Post(Start);
        _loop.Run();
        return 0;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _saver.Dispose();
        _outputs.Dispose();
        _events.Dispose();
        _diary.Dispose();
        _log.Dispose();
    }

    void Start()
    {
        try
        {
            Load();
            AnsweringThreads.Make();
            _socket.Start();
        }
        catch (HomeException e)
        {
            // The guardian must not try again what cannot work.
            GiveUp(e.Message, e.NotPermitted ? 6 : 1, DaemonExit.CannotStart);
        }
        catch (OutOfMemoryException)
        {
            GiveUp("no thread could be made: this user has too many processes, or there is too little memory", 1, exitCode: 1);
        }
        catch (Exception e)
        {
            _log.Logger.LogError(e, "internal error while starting: {Type}", e.GetType().Name);
            GiveUp($"internal error while starting ({Files.Describe(e)}); please report it, with the end of {_home.DaemonLog}", 1, exitCode: 1);
        }
        _diary.Tell(new ProcessEvent { Kind = EventKind.DaemonStarted, Pid = Environment.ProcessId, Reason = $"daemon {ProductVersion.Current} started, pid {Environment.ProcessId}" });
        _guardian.SayReady();
        ReadyPipe.Tell(_options.ReadyDescriptor, ReadyPipe.Ready);
        _context.IdleTrim.Touch();
        if (_options.UpgradeProblem is { } undone) _log.Logger.LogError("the upgrade was undone: {Reason}", undone);
        _log.Logger.LogInformation("daemon {Version} is ready, pid {Pid}", ProductVersion.Current, Environment.ProcessId);
    }

    /// <summary>Says why where somebody can read it, and ends.</summary>
    void GiveUp(string reason, int clientCode, int exitCode)
    {
        ReadyPipe.Tell(_options.ReadyDescriptor, $"{ReadyPipe.FailedPrefix}{clientCode} {reason}");
        if (_options.Foreground) StandardError.WriteLine(reason);
        _log.Logger.LogError("cannot start: {Reason}", reason);
        _log.Dispose();
        Environment.Exit(exitCode);
    }

    void Load()
    {
        var loaded = _store.Load();
        _loadTroubles.AddRange(loaded.Troubles);
        foreach (var trouble in loaded.Troubles) _log.Logger.LogWarning("{Trouble}", trouble);
        // An earlier generation becomes the current one at once: there is no instant without a whole processes.json for long.
        if (loaded.Troubles.Count > 0) _supervisor.Save();
        var reaped = _guardian.ReadCaughtUp();
        _listeners.Inherit(_guardian.Returned);
        _notify.Inherit(_guardian.Returned);
        _supervisor.Resume(loaded.Content, new Inheritance
        {
            Records = _records.LoadAll(), Runs = _records.Runs(), Reaped = reaped, DaemonDiedAtTicks = _guardian.DaemonDiedAtTicks,
        });
        _notify.DropUnclaimed();
        foreach (var record in reaped) Acknowledge(record);
        LeftoverFifos.Drain(_records, _outputs, _supervisor.Table, _home);
        _guardian.Reaped = record => _loop.Post(() =>
        {
            _supervisor.TakeGuardianRecord(record);
            Acknowledge(record);
        });
        _guardian.Watch(_events);
        _events.Watch(_signals, SysEpoll.EPOLLIN, this);
        _events.Start();
        WriteState();
    }

    /// <summary>The guardian keeps a record until what follows from it is on disk: after a daemon's death it is sent again.</summary>
    void Acknowledge(GuardianRecord record) => _records.WhenAllSaved(() => _guardian.Acknowledge(record.Sequence));

    void WriteState()
    {
        var state = new DaemonState
        {
            Pid = Environment.ProcessId,
            GuardianPid = _options.GuardianPid,
            SocketPath = _home.SocketPath,
            Version = ProductVersion.Current,
            ProtocolVersion = ProtocolVersion.Current,
            StartedAt = _context.StartedAt,
        };
        try
        {
            AtomicFile.Write(_home.StateFile, JsonSerializer.SerializeToUtf8Bytes(state, StorageJson.Default.DaemonState), durable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _loadTroubles.Add($"{Path.GetFileName(_home.StateFile)} could not be written: {Files.Describe(e)}");
        }
    }

    // ---- the end

    static unsafe int OpenSignals()
    {
        var mask = SignalSet.Of(Signals.SIGTERM, Signals.SIGINT);
        return SysSignalfd.signalfd(-1, &mask, SysSignalfd.SFD_CLOEXEC | SysSignalfd.SFD_NONBLOCK);
    }

    unsafe void IReadyHandler.Ready(int fd, uint events)
    {
        SignalfdSiginfo info;
        while (Unistd.read(_signals, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo))
        {
            var asker = new Asker(info.ssi_uid, (int)info.ssi_pid, Signals.NameOf((int)info.ssi_signo));
            _loop.Post(() =>
            {
                _diary.Tell(new ProcessEvent { Kind = EventKind.Request, Request = Methods.Shutdown, Reason = asker.Signal, ByUid = asker.Uid, ByPid = asker.Pid });
                Shutdown(asker);
            });
        }
    }

    /// <summary>Stop accepting, stop children, save, remove socket and state, leave.</summary>
    void Shutdown(Asker? asker)
    {
        // With a departure decided the next daemon shuts down: the guardian remembers the signal.
        if (_shuttingDown || _departure.IsDecided) return;
        _shuttingDown = true;
        _log.Logger.LogInformation("shutdown asked for by {Asker}", asker?.ToString() ?? "an unknown client");
        _context.IsShuttingDown = true;
        _supervisor.Asker = asker;
        var stopped = _supervisor.Shutdown();
        _supervisor.Asker = null;
        stopped.ContinueWith(_ => _loop.Post(Leave), TaskScheduler.Default);
    }

    void Leave()
    {
        _supervisor.Save().ContinueWith(async saved =>
        {
            if (saved.Result is { } problem) _log.Logger.LogError("the state could not be saved: {Problem}", problem);
            await _outputs.Settled();
            _diary.Tell(new ProcessEvent { Kind = EventKind.DaemonStopped, Pid = Environment.ProcessId, Reason = "daemon stopped" });
            // Said first: from here on the guardian ends with this daemon, however that ends; without a socket nobody could reach a next one.
            _guardian.SayLeaving();
            Remove(_home.StateFile);
            Remove(_home.SocketPath);
            _context.ShutdownDone.TrySetResult();
            await _socket.Drained();
            _log.Logger.LogInformation("daemon stopped");
            _loop.End();
        }, TaskScheduler.Default);
    }

    /// <summary>A home that has become read-only must not keep the daemon from ending.</summary>
    void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Logger.LogWarning("{Path} could not be removed: {Reason}", path, Files.Describe(e));
        }
    }

    IReadOnlyList<string> Troubles()
    {
        var troubles = new List<string>(_loadTroubles);
        if (_options.UpgradeProblem is { } undone) troubles.Add($"the last upgrade was undone: {undone}");
        if (_saver.Trouble is { } unsaved) troubles.Add($"the state is not saved: {unsaved}");
        if (_records.Trouble is { } record) troubles.Add(record);
        if (_system.Trouble is { } system) troubles.Add($"no process can be started: {system}");
        foreach (var view in _context.Supervisor.Views())
            if (view.WatchProblem is { } unwatched) troubles.Add($"'{view.Definition.Name}': {unwatched}");
        if (_system.CgroupTrouble is { } cgroup) troubles.Add(cgroup);
        troubles.AddRange(_outputs.Troubles);
        if (_diary.Trouble is { } events) troubles.Add(events);
        if (_log.Trouble is { } log) troubles.Add(log);
        return troubles;
    }
}
