using System.IO.Hashing;
using System.Text;
using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Daemon.Footprint;
using Tspm.Daemon.Upgrading;
using Tspm.Events;
using Tspm.Guardian.Contract;
using Tspm.Logs.Files;
using Tspm.Logs.Reading;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;
using Tspm.Platform.Linux.Watching;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Daemon;

/// <summary>
/// Creates the parts of the daemon, runs the supervisor's loop on the main thread, and disposes of the parts in the
/// right order. The supervisor runs on the main thread. Kernel events, the output of children and the saving of state
/// have one thread each. The control socket runs on the runtime's thread pool.
/// </summary>
internal sealed partial class DaemonHost : IDisposable
{
    readonly TspmHome _home;
    readonly GuardianOptions _options;
    readonly DaemonLog _log;
    readonly EventLoop _events = new("events");
    readonly GuardianChannel _guardian = new(Descriptor.Own(DaemonStart.ChannelDescriptor));
    readonly LogChangeNotifier _logChanges = new(), _eventChanges = new();
    readonly EventLog _eventLog;
    readonly RestartCounts _restarts = new();
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
    readonly UpgradeHandoff _handoff;
    readonly HomeKeeper _homeKeeper;
    readonly Survivors _survivors = new();
    readonly FactsReader _facts;
    readonly TroubleEvents _troubleEvents;
    readonly Descriptor _signals, _ready;
    readonly ServiceManager _manager;
    readonly ExitWhen _exitWhen;
    bool _shuttingDown;
    int _exitCode;

    /// <param name="home">The home that this daemon serves.</param>
    /// <param name="options">The options that the guardian passed.</param>
    /// <param name="ready">
    /// The pipe on which the daemon reports that it is ready, or why it cannot start; not open if nobody is waiting.
    /// </param>
    public DaemonHost(TspmHome home, GuardianOptions options, Descriptor ready)
    {
        (_home, _options, _ready) = (home, options, ready);
        var clock = TimeProvider.System;
        _log = new DaemonLog(home, options.Foreground);
        _events.OnFault = fault =>
            _log.Logger.LogError(fault, "internal error in an event: {Type}", fault.GetType().Name);
        _store = new ProcessStore(home, clock);
        _eventLog = new EventLog(home.EventsFile, clock, () =>
        {
            _eventChanges.Notify(home.EventsFile);
            _logChanges.Notify(home.EventsFile);
            if (_eventLog!.Trouble is not null) CheckTroubles();
        });
        _records = new RunRecordStore(home)
        {
            RetryLater = RetryRecords,
            MayWrite = () => _homeKeeper!.IsOurs,
            WritesFormat1 = true,
        };
        var settings = SettingsFile.Read(home, out var unread);
        if (unread is not null) _loadTroubles.Add(unread);
        var logsTotal = settings.LogsTotalMaxBytes is > 0 and var most ? new TotalLimit(home.LogFolder, most) : null;
        _outputs = new OutputPump(_guardian, _logChanges, CurrentSystem.CreateByteMover, logsTotal);
        _loop = new SupervisorLoop(clock, _log.Logger);
        _homeKeeper = new HomeKeeper(home, _events, _loop, _guardian, _log.Logger, OnHomeRecreated);
        _saver = new StateSaver(SaveState) { Failed = CheckTroubles };
        _facts = new FactsReader(clock);
        _troubleEvents = new TroubleEvents(
            happened => _eventLog.Append(happened), clock, (delay, check) => _loop.Timers.After(delay, check),
            [StateTrouble, () => _records.Trouble, () => _outputs.Unwritten, () => _eventLog.Trouble]);
        _outputs.UnwrittenTold = CheckTroubles;
        // Every daemon of this home computes the same name, and daemons of other homes compute other names.
        var realPath = FileSystem.RealPath(Path.GetFullPath(home.Path));
        var homeName = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(realPath)));
        var cgroups = CurrentSystem.CgroupFolder(settings.Cgroup, homeName, out var noCgroup);
        if (noCgroup is not null) _loadTroubles.Add(noCgroup);
        if (cgroups is not null) _log.Logger.LogInformation("each process gets its own cgroup in {Folder}", cgroups);
        _system = CurrentSystem.CreateProcessSystem(
            _events, options.GuardianPid, new SetUpCommand(SelfPath.Value), (ulong)options.OpenFilesLimit,
            options.OomScore, options.Limits, cgroups, _survivors);
        _notify = new NotifySockets(_events, _guardian, _loop.Post);
        _listeners = new ListenSockets(_guardian);
        var services = new SupervisionServices
        {
            System = _system,
            Outputs = _outputs,
            Notify = _notify,
            Tcp = CurrentSystem.CreateTcpListeners(),
            Files = new InotifyWatcher(_events),
            Facts = _facts,
            StartFiles = new StartFileReader(),
            Listeners = new Listeners(_listeners),
            Probes = new ProbeFactory(new Dialer(_events), _logChanges),
            Records = _records,
            Timers = _loop.Timers,
            Clock = clock,
            Home = home,
            Log = _log.Logger,
            AppendEvent = Record,
            GuardianPid = options.GuardianPid,
            Post = _loop.Post,
        };
        _supervisor = new Supervisor(services, _loop, _saver);
        _context = new DaemonContext
        {
            Home = home,
            Supervisor = new SupervisorHandle(_loop, _supervisor),
            Readings = new Readings(services.System),
            Ports = CurrentSystem.CreateListeningPorts(),
            Outputs = _outputs,
            Facts = _facts,
            StartFiles = services.StartFiles,
            LogChanges = _logChanges,
            Events = _eventLog,
            EventChanges = _eventChanges,
            Clock = clock,
            GuardianPid = options.GuardianPid,
            StartedAt = clock.GetUtcNow(),
            StartedMonotonic = _loop.Timers.Now,
            Monotonic = () => _loop.Timers.Now,
            Troubles = Troubles,
            Shutdown = requester => _loop.Post(() => Shutdown(requester)),
            Upgrade = (candidate, requester) => _handoff!.HandOver(candidate, requester),
            UpgradeProblem = options.UpgradeProblem,
            Deaths = options.Deaths?.ForStatus(),
            Changes = new ChangeGate(clock),
            Log = _log.Logger,
            Limits = SocketLimits.From(settings.Limits),
            Restarts = _restarts,
            IdleTrim = new IdleTrim(_loop),
        };
        _socket = new ControlSocket(CurrentSystem.ListenForClients(Descriptor.Own(DaemonStart.ListenerDescriptor)),
            _context);
        _manager = new ServiceManager(_loop.Timers, options.GuardianPid, _context.Supervisor.Views);
        _exitWhen = new ExitWhen(options.ExitWhen);
        _handoff = new UpgradeHandoff(_context, _socket, _guardian, _loop);
        _signals = OpenSignals();
    }

    /// <summary>
    /// How long to wait before run records that could not be written are tried again: the disk may have space by then.
    /// </summary>
    static readonly TimeSpan RetryRecordsAfter = TimeSpan.FromMilliseconds(500);

    void RetryRecords(Action retry)
    {
        _loop.Timers.After(RetryRecordsAfter, retry);
        CheckTroubles();
    }

    /// <summary>Records an event for everything that currently cannot be written. Any thread may call this.</summary>
    void CheckTroubles() => _loop.Post(() => _troubleEvents.Check());

    string? StateTrouble() => _saver.Trouble is { } unsaved ? $"the state is not saved: {unsaved}" : null;

    readonly List<string> _loadTroubles = [];

    /// <summary>Runs until the daemon is asked to exit.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        _loop.Post(Start);
        _loop.Run();
        return _exitCode;
    }

    /// <summary>The state of a process may have changed.</summary>
    void OnChanged()
    {
        _manager.Changed();
        if (!_shuttingDown && _exitWhen.ExitCodeFor(_context.Supervisor.Views()) is { } code) End(code);
    }

    /// <summary>Appends an event to the event log, counts it, and updates whatever depends on it.</summary>
    ProcessEvent Record(ProcessEvent happened)
    {
        if (ServiceNotify.IsWanted || _options.ExitWhen is not null) _loop.Post(OnChanged);
        _restarts.Count(happened);
        return _eventLog.Append(happened);
    }

    /// <summary>Shuts the daemon down because the condition of <c>--exit-when</c> is met.</summary>
    void End(int code)
    {
        _log.Logger.LogInformation("exiting with code {Code}: --exit-when {When}", code, _options.ExitWhen);
        _exitCode = code;
        Shutdown(null);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _saver.Dispose();
        _facts.Dispose();
        _outputs.Dispose();
        _homeKeeper.Dispose();
        _events.Dispose();
        _signals.Dispose();
        _eventLog.Dispose();
        _log.Dispose();
    }

    IReadOnlyList<string> Troubles()
    {
        var troubles = new List<string>(_loadTroubles);
        if (_options.UpgradeProblem is { } reason) troubles.Add($"the last upgrade was rolled back: {reason}");
        if (_homeKeeper.Trouble is { } home) troubles.Add(home);
        if (_survivors.Trouble is { } survivors) troubles.Add(survivors);
        if (StateTrouble() is { } unsaved) troubles.Add(unsaved);
        if (_records.Trouble is { } record) troubles.Add(record);
        if (_system.Trouble is { } system) troubles.Add($"no process can be started: {system}");
        foreach (var view in _context.Supervisor.Views())
        {
            if (view.WatchProblem is { } unwatched) troubles.Add($"'{view.Definition.Name}': {unwatched}");
            if (view.State.Cause is { Code: CauseCode.Background } background)
                troubles.Add($"'{view.Definition.Name}': {CauseText.Describe(background)}");
        }
        LaunchTroubles.AddTo(troubles, _context.Supervisor.Views());
        if ((_events.Trouble ?? _outputs.WatchTrouble) is { } unwatchedDescriptors) troubles.Add(unwatchedDescriptors);
        if (_socket.Trouble is { } unwatchedClients) troubles.Add(unwatchedClients);
        if (_system.CgroupTrouble is { } cgroup) troubles.Add(cgroup);
        troubles.AddRange(_outputs.Troubles);
        if (_supervisor.LogMoves.Trouble is { } unmoved) troubles.Add(unmoved);
        foreach (var view in _context.Supervisor.Views())
            if (view is { State.Phase: LifecyclePhase.Held, Definition.Config.LegacyId: not null, RunId: 0 })
                troubles.Add($"'{view.Definition.Name}': {view.State.Reason}");
        if (_eventLog.Trouble is { } events) troubles.Add(events);
        if (_log.Trouble is { } log) troubles.Add(log);
        return troubles;
    }
}
