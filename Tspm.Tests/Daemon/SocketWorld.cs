using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tspm.Daemon;
using Tspm.Daemon.Control;
using Tspm.Daemon.Footprint;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Portable;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Starting;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Daemon;

/// <summary>
/// The daemon from its socket to its supervisor as it is, on a machine that is played: real connections, real threads,
/// real validation, and no processes. What a bug throws inside is kept in <see cref="Faults"/>.
/// </summary>
internal sealed class SocketWorld : IDisposable
{
    readonly SupervisorLoop _loop;
    readonly Supervisor _supervisor;
    readonly Thread _thread;
    readonly OutputPump _pump;
    readonly EventLog _eventLog;
    readonly StateSaver _saver;
    readonly ControlSocket _socket;
    readonly BreakableListener _listener;
    readonly Keeper _log = new();

    /// <param name="limits">Null: the default ones.</param>
    /// <param name="time">The clock of the daemon; null: the real one.</param>
    public SocketWorld(SocketLimits? limits = null, TimeProvider? time = null)
    {
        Home = new TspmHome(Directory.CreateTempSubdirectory("tspm-sw-").FullName);
        HomeFolders.Prepare(Home);
        var clock = time ?? TimeProvider.System;
        LogChangeNotifier logChanges = new(), eventGrowth = new();
        _loop = new SupervisorLoop(clock, _log);
        _saver = new StateSaver(state =>
        {
            if (SaveFailure is { } failure) throw failure;
            Saved = state;
        });
        _pump = new OutputPump(new NoKeeper(), logChanges, static () => Tspm.Platform.Linux.SpliceMover.Instance);
        _eventLog = new EventLog(Home.EventsFile, clock,
            () => { eventGrowth.Notify(Home.EventsFile); logChanges.Notify(Home.EventsFile); });
        var restarts = new RestartCounts();
        Supervisor? supervisor = null;
        Machine.MayHaveTwo = key => supervisor!.Table.Find(key)?.Replacement is not null;
        var services = new SupervisionServices
        {
            Tcp = new Tspm.Tests.Supervision.FakeTcpListeners(),
            System = Machine,
            Outputs = new FakeOutputs(),
            Notify = new FakeNotifySockets { Post = _loop.Post },
            Files = new FakeFileWatcher(),
            Facts = Facts,
            StartFiles = new Tspm.Tests.Supervision.FakeStartFiles(),
            Listeners = new Listeners(new FakeListenSockets()),
            Probes = new ProbeFactory(new FakeDialer(), logChanges),
            Records = new RunRecordStore(Home),
            Timers = _loop.Timers,
            Clock = clock,
            Home = Home,
            Log = _log,
            GuardianPid = 900,
            Post = _loop.Post,
            AppendEvent = happened =>
            {
                restarts.Count(happened);
                return _eventLog.Append(happened);
            },
        };
        supervisor = new Supervisor(services, _loop, _saver);
        Handle = new SupervisorHandle(_loop, _supervisor = supervisor);
        Context = new DaemonContext
        {
            Home = Home,
            Supervisor = Handle,
            Readings = new Readings(Machine),
            Ports = new FakePorts(),
            Outputs = _pump,
            LogChanges = logChanges,
            Events = _eventLog,
            EventChanges = eventGrowth,
            Clock = clock,
            GuardianPid = 900,
            StartedAt = clock.GetUtcNow(),
            StartedMonotonic = _loop.Timers.Now,
            Monotonic = () =>
                _loop.Timers.Now,
            Troubles = static () => [],
            Shutdown = _ => End(),
            Upgrade = static (_, _) =>
                throw new RequestException(Tspm.Protocol.ErrorCode.Failed, "not here"),
            UpgradeProblem =
                    null,
            Changes = new ChangeGate(clock),
            Log = _log,
            Limits = limits ?? SocketLimits.Default,
            Facts = Facts,
            StartFiles = services.StartFiles,
            Restarts = restarts,
            IdleTrim = new IdleTrim(_loop, collect: static () => { }, release: () => Trims++),
        };
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Home.SocketPath));
        listener.Listen(512);
        _listener = new BreakableListener(new UnixControlListener(listener));
        _socket = new ControlSocket(_listener, Context);
        _thread = new Thread(_loop.Run) { IsBackground = true };
        _thread.Start();
        _socket.Start();
    }

    public TspmHome Home { get; }

    /// <summary>Only to be touched on the daemon's thread, see <see cref="OnItsThread"/>.</summary>
    public FakeProcessSystem Machine { get; } = new()
    {
        Answer = static (_, signal) =>
            signal is Signals.SIGTERM or Signals.SIGKILL ? new ExitStatus(null, signal) : null,
    };

    /// <summary>What each attempt to save the state fails with; null: it works.</summary>
    public volatile Exception? SaveFailure;

    public FakeFacts Facts { get; } = new();

    public DaemonContext Context { get; }

    public SupervisorHandle Handle { get; }

    /// <summary>What happens to processes without anybody's order.</summary>
    public Task<T> OnItsThread<T>(Func<Supervisor, T> work) => _loop.Ask(() => work(_supervisor));

    /// <summary>How often the daemon has returned memory because it was idle.</summary>
    public int Trims { get; private set; }

    /// <summary>Requests for the end that were taken seriously.</summary>
    public int Shutdowns { get; private set; }

    public ProcessesFile Saved { get; private set; } = ProcessesFile.Empty;

    /// <summary>Exceptions that the daemon logged: none may ever be there.</summary>
    public IReadOnlyCollection<string> Faults => _log.Faults;

    /// <summary>
    /// What is defined, wished and counted: everything that a refused request must leave alone. Without instances that
    /// an earlier request has taken away, which go when they are down.
    /// </summary>
    public string State()
    {
        var text = new StringBuilder();
        foreach (var view in Handle.Views().Where(view => view.Key.Instance < view.Definition.Instances))
        {
            // What is still to be done of an earlier change is done in the background, whoever asks for what meanwhile.
            var definition = view.Definition with { LogsUnder = null, RestartBefore = 0 };
            text.Append(view.Key).Append(' ')
                .Append(JsonSerializer.Serialize(definition, StorageJson.Compact.ProcessDefinition));
            text.Append(' ').Append(view.State.Desired).Append('\n');
        }
        return text.ToString();
    }

    void End()
    {
        Shutdowns++;
        Context.ShutdownDone.TrySetResult();
    }

    /// <summary>
    /// All connections end, each as when the daemon at its other end is killed; then new ones are accepted.
    /// </summary>
    public void BreakConnections() => _listener.Break();

    /// <summary>
    /// Leaves in favour of a successor, as an upgrade does, and comes back as that successor: streams are refused in
    /// between and no request is lost.
    /// </summary>
    public async Task HandOver()
    {
        if (!await Context.Changes.Close(TimeSpan.FromSeconds(5)))
            throw new InvalidOperationException("a change is still under way");
        Context.Changes.Seal();
        await _socket.StopAccepting();
        await _socket.CloseAllExcept(null);
        Context.Changes.Open();
        _socket.Start();
    }

    /// <summary>Ends on purpose: what follows gets its answer.</summary>
    public Task EndConnections()
    {
        Context.IsShuttingDown = true;
        return _socket.Drain();
    }

    public Client Connect() => new(Home.SocketPath);

    public void Dispose()
    {
        _socket.Drain().Wait(TimeSpan.FromSeconds(5));
        _socket.Dispose();
        _loop.End();
        _thread.Join(TimeSpan.FromSeconds(5));
        _saver.Dispose();
        _pump.Dispose();
        _eventLog.Dispose();
        Directory.Delete(Home.Path, recursive: true);
    }

    /// <summary>A client that blocks: the tests are threads.</summary>
    internal sealed class Client : IDisposable
    {
        readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream,
            ProtocolType.Unspecified)
        { ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        readonly byte[] _buffer = new byte[32 << 10];
        readonly MemoryStream _line = new();
        int _start, _end;

        public Client(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

        public void Send(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0) bytes = bytes[_socket.Send(bytes)..];
        }

        public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

        public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

        /// <summary>The next line; null at the end of the connection.</summary>
        public byte[]? ReadLine()
        {
            _line.SetLength(0);
            while (true)
            {
                if (_start == _end)
                {
                    (_start, _end) = (0, Receive());
                    if (_end == 0) return null;
                }
                var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                var length = newline < 0 ? _end - _start : newline;
                _line.Write(_buffer, _start, length);
                _start += newline < 0 ? length : length + 1;
                if (newline >= 0) return _line.ToArray();
            }
        }

        public JsonElement? Read() => ReadLine() is { } line ? JsonDocument.Parse(line).RootElement : null;

        public JsonElement Ask(string line)
        {
            Send(line + "\n");
            return Read() ?? throw new InvalidOperationException($"closed instead of answering: {line}");
        }

        public JsonElement Call(string method, string parameters = "{}", int id = 1, string? key = null) =>
            Ask($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}{{(key is null ? "" : $",\"idempotencyKey\":\"{key}\"")}}}""");

        public void Dispose() => _socket.Dispose();

        int Receive()
        {
            try
            {
                return _socket.Receive(_buffer);
            }
            catch (SocketException gone) when (gone.SocketErrorCode is SocketError.ConnectionReset)
            {
                return 0;
            }
        }
    }

    sealed class NoKeeper : IDescriptorStore
    {
        public void Store(DescriptorKey key, int descriptor) { }
        public void Remove(DescriptorKey key) { }
    }

    sealed class Keeper : ILogger
    {
        readonly List<string> _faults = [];

        public IReadOnlyCollection<string> Faults
        {
            get { lock (_faults) return [.. _faults]; }
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (exception is null && logLevel < LogLevel.Error) return;
            lock (_faults) _faults.Add($"{formatter(state, exception)}: {exception}");
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    }
}
