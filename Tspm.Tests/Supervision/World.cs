using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Tspm.Logs.Reading;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Process;
using Tspm.Supervision.Recovery;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision;

/// <summary>
/// A supervisor on a machine played by hand: nothing moves but by <see cref="Step"/> and <see cref="Advance"/>, on the
/// test's own thread. What a bug throws inside the supervisor comes out here.
/// </summary>
internal sealed class World : IDisposable
{
    public static readonly TimeSpan LittleWhile = TimeSpan.FromMilliseconds(5);

    readonly Rethrower _log = new();
    readonly WallClock _wall;

    public World()
    {
        Home = new TspmHome(Directory.CreateTempSubdirectory("tspm-world-").FullName);
        HomeFolders.Prepare(Home);
        _wall = new WallClock(Clock);
        (Loop, Supervisor) = Assemble();
    }

    /// <summary>Begins early: elapsed time is reckoned in floating point, which is exact for a while only.</summary>
    public FakeTimeProvider Clock { get; } = new(Midnight);

    public void ChangeFile(string path)
    {
        Files.Change(path);
        Step();
    }

    /// <summary>When the test begins.</summary>
    public static DateTimeOffset Midnight { get; } = new(1, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Somebody sets the clock on the wall; the monotonic one does not care.</summary>
    public void SetWallClock(TimeSpan by) => _wall.Ahead += by;

    public FakeProcessSystem Machine { get; } = new();
    public FakeOutputs Outputs { get; } = new();
    public FakeNotifySockets Notify { get; } = new();
    public FakeListenSockets Sockets { get; } = new();
    public FakeDialer Dialer { get; } = new();
    public FakeTcpListeners Tcp { get; } = new();
    public FakeFileWatcher Files { get; } = new();
    public FakeFacts Facts { get; } = new();
    public FakeStartFiles StartFiles { get; } = new();
    public TspmHome Home { get; }
    public int GuardianPid { get; set; } = 900;
    public SupervisorLoop Loop { get; private set; }
    public Supervisor Supervisor { get; private set; }

    /// <summary>The present daemon's run records.</summary>
    public RunRecordStore Records { get; private set; } = null!;

    /// <summary>What the next supervisor prints through; null: <see cref="Outputs"/> themselves.</summary>
    public IRunOutputs? OutputsInstead { get; set; }

    /// <summary>Called before each write of a run record.</summary>
    public Action? BeforeRecord { get; set; }

    /// <summary>Another supervisor, which knows nothing yet: for whoever plays the start of a daemon.</summary>
    public void MakeSupervisor() => (Loop, Supervisor) = Assemble();

    /// <summary>What is on disk: the newest state that was saved.</summary>
    public ProcessesFile Saved { get; set; } = ProcessesFile.Empty;

    /// <summary>What was on disk before that.</summary>
    public ProcessesFile SavedBefore { get; private set; } = ProcessesFile.Empty;

    /// <summary>Every event of all daemons, in order.</summary>
    public List<ProcessEvent> Told { get; } = [];

    public Exception? SaveFailure { get; set; }

    /// <summary>
    /// Called at every instant at which a daemon's death makes a difference: around a save, a spawn, a signal, a change
    /// of log files.
    /// </summary>
    public Action? Instant
    {
        get => _instant;
        set => (_instant, Machine.AfterSpawn, Machine.BeforeSignal, Outputs.BeforeOpen, Outputs.BeforeChange) =
            (value, value, value, value, value);
    }

    Action? _instant, _retrySave;

    /// <summary>What could not be saved is tried again.</summary>
    public void RetrySave()
    {
        _retrySave?.Invoke();
        Step();
    }

    /// <summary>A definition, as <c>add</c> makes it.</summary>
    public SupervisedProcess Define(ProcessConfig config) => DefineAll(config)[0];

    public SupervisedProcess[] DefineAll(ProcessConfig config) =>
        Supervisor.Define(config with { ProjectDir = "/" }, new Dictionary<string, string> { ["PATH"] = "/bin" }, null);

    /// <summary>Defined and started, online.</summary>
    public SupervisedProcess StartNew(ProcessConfig? config = null)
    {
        var instance = Define(config ?? new ProcessConfig { Name = "web", Command = "web" });
        Supervisor.Start(instance, CauseRequest.Start);
        Step();
        return instance;
    }

    /// <summary>The same instance in the present daemon.</summary>
    public SupervisedProcess Again(SupervisedProcess instance) =>
        Supervisor.Table.Find(instance.Key) ?? throw new InvalidOperationException($"{instance.Key} was lost");

    /// <summary>What is due, and what follows from it at once.</summary>
    public void Step()
    {
        // A timer may kill a child, whose end is posted, whose sweep may start another one.
        for (var turn = 0; turn < 3; turn++) Loop.RunPending();
    }

    public void Advance(TimeSpan time)
    {
        Clock.Advance(time);
        Step();
    }

    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>The child of this instance ends by itself.</summary>
    public void Exit(SupervisedProcess instance, ExitStatus status)
    {
        Machine.Exit(Machine.Only(instance.Key), status);
        Step();
    }

    public void Exit(SupervisedProcess instance, int code) => Exit(instance, new ExitStatus(code, null));

    /// <summary>Saves now; null: done.</summary>
    public string? Save()
    {
        var saved = Supervisor.Save();
        Step();
        return saved.GetAwaiter().GetResult();
    }

    /// <summary>
    /// kill -9 of the daemon; <paramref name="meanwhile"/> happens while none lives; then the next one starts.
    /// </summary>
    public void RestartDaemon(Action? meanwhile = null, bool saveFirst = true)
    {
        if (saveFirst) Save();
        KillDaemon();
        meanwhile?.Invoke();
        StartDaemon();
    }

    public void KillDaemon()
    {
        Machine.KillDaemon();
        Files.KillDaemon();
        Notify.KillDaemon();
        Sockets.KillDaemon();
    }

    /// <summary>kill -9 of both; what was not reaped yet is init's.</summary>
    public void KillGuardian()
    {
        KillDaemon();
        Machine.ReplaceGuardian();
        GuardianPid++;
    }

    public void StartDaemon()
    {
        StartDaemonWithoutStep();
        Step();
    }

    /// <summary>It has resumed everything, and nothing that it posted has had its turn.</summary>
    public void StartDaemonWithoutStep()
    {
        (Loop, Supervisor) = Assemble();
        var left = new RecoveredState
        {
            Records = new RunRecordStore(Home).LoadAll(),
            Runs = [.. Outputs.OpenRuns.Select(run => (Outputs.Keys[run], run))],
            Reaped = [.. Machine.Unacknowledged],
            DaemonDiedAtTicks = Machine.DaemonDiedAtTicks,
        };
        left = left with { CatchUp = () => [.. Machine.Unacknowledged.Where(record => !left.Reaped.Contains(record))] };
        Supervisor.Resume(Saved, left);
        foreach (var record in left.Reaped) Machine.Acknowledge(record.Sequence);
        DeliverRecords();
    }

    /// <summary>The guardian's records come as they are made.</summary>
    public void DeliverRecords() => Machine.Reaped = record => Loop.Post(() =>
    {
        Supervisor.ApplyGuardianRecord(record);
        Machine.Acknowledge(record.Sequence);
    });

    public void Dispose()
    {
        Directory.Delete(Home.Path, recursive: true);
    }

    (SupervisorLoop, Supervisor) Assemble()
    {
        var loop = new SupervisorLoop(Clock, _log);
        Notify.Post = loop.Post;
        Machine.Now = () => loop.Timers.Now;
        Machine.MayHaveTwo = key => Supervisor.Table.Find(key)?.Replacement is not null;
        var saver = new FakeStateSaver(state =>
        {
            Instant?.Invoke();
            if (SaveFailure is { } failure) throw failure;
            (SavedBefore, Saved) = (Saved, state);
            Instant?.Invoke();
        });
        _retrySave = saver.Retry;
        // Every second daemon writes what an earlier version would: the next one has to go on from either.
        Records = new RunRecordStore(Home)
        {
            WritesFormat1 = Machine.Daemon % 2 == 0,
            MayWrite = () =>
            {
                BeforeRecord?.Invoke();
                return true;
            },
        };
        var services = new SupervisionServices
        {
            System = Machine,
            Outputs = OutputsInstead ?? Outputs,
            Notify = Notify,
            Files = Files,
            Facts = Facts,
            StartFiles = StartFiles,
            Listeners = new Listeners(Sockets),
            Tcp = Tcp,
            Probes = new ProbeFactory(Dialer, new LogChangeNotifier()),
            Records = Records,
            Timers = loop.Timers,
            Clock = _wall,
            Home = Home,
            Log = _log,
            AppendEvent = happened =>
            {
                happened = happened with { Seq = Told.Count + 1, Time = Clock.GetUtcNow() };
                Told.Add(happened);
                return happened;
            },
            GuardianPid = GuardianPid,
            Post = loop.Post,
        };
        return (loop, new Supervisor(services, loop, saver));
    }

    /// <summary>Saves at once, on the test's own thread.</summary>
    sealed class FakeStateSaver(Action<ProcessesFile> save) : IStateSaver
    {
        ProcessesFile? _unsaved;

        public Action<ProcessesFile>? SavedLater { get; set; }

        public Task<string?> Save(ProcessesFile state)
        {
            try
            {
                save(state);
                _unsaved = null;
                return Task.FromResult<string?>(null);
            }
            catch (IOException failure)
            {
                _unsaved = state;
                return Task.FromResult<string?>(failure.Message);
            }
        }

        public void Retry()
        {
            if (_unsaved is { } state && Save(state).Result is null) SavedLater?.Invoke(state);
        }
    }

    /// <summary>The fake clock moves both its clocks at once.</summary>
    sealed class WallClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Ahead;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override long TimestampFrequency => inner.TimestampFrequency;
    }

    /// <summary>
    /// The loop survives exceptions and logs them; a test must not, and a daemon that is to die here does nothing more.
    /// </summary>
    sealed class Rethrower : ILogger
    {
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (exception is DaemonDied) throw exception;
            if (exception is not null)
                throw new InvalidOperationException($"inside the supervisor: {exception.Message}", exception);
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    }
}

/// <summary>Stands for a kill -9: unwinds the daemon's work from where it was.</summary>
internal sealed class DaemonDied() : Exception("the daemon was killed here");
