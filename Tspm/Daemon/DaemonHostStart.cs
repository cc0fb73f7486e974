using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Daemon.Footprint;
using Tspm.Guardian.Contract;
using Tspm.Legacy;
using Tspm.Logs.Writing;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Supervision.Recovery;

namespace Tspm.Daemon;

/// <summary>
/// The beginning: read what is on disk, take over what earlier daemons left, say that it is ready, or why it cannot be.
/// </summary>
internal sealed partial class DaemonHost
{
    void Start()
    {
        try
        {
            var apply = _options.Apply is { } file ? StartFile.Read(file, _store.Peek()) : null;
            Load();
            AnsweringThreads.Make();
            _socket.Start();
            if (apply is not null) _ = Apply(apply);
            else _ending.IsArmed = true;
        }
        catch (HomeException e)
        {
            // The guardian must not try again what cannot work.
            GiveUp(e.Message, e.NotPermitted ? 6 : 1, DaemonExit.CannotStart);
        }
        catch (OutOfMemoryException)
        {
            GiveUp("no thread could be made: this user has too many processes, or there is too little memory", 1,
                exitCode: 1);
        }
        catch (Exception e)
        {
            _log.Logger.LogError(e, "internal error while starting: {Type}", e.GetType().Name);
            GiveUp($"internal error while starting ({FileSystem.Describe(e)}); please report it, with the end of "
                + $"{_home.DaemonLog}", 1, exitCode: 1);
        }
        DeathReport.Tell(_options.Deaths, _diary, _log.Logger, _guardian);
        _diary.Tell(new ProcessEvent
        {
            Kind = EventKind.DaemonStarted,
            Pid = Environment.ProcessId,
            Reason = $"daemon {ProductVersion.Current} started, pid {Environment.ProcessId}",
        });
        _guardian.SayReady();
        // From here on no upgrade goes back to an earlier version.
        _records.WritesFormat1 = false;
        ReadyPipe.Tell(_ready, ReadyPipe.Ready);
        _manager.Ready();
        _context.IdleTrim.Touch();
        if (_options.UpgradeProblem is { } undone) _log.Logger.LogError("the upgrade was undone: {Reason}", undone);
        _log.Logger.LogInformation("daemon {Version} is ready, pid {Pid}", ProductVersion.Current,
            Environment.ProcessId);
    }

    /// <summary>A container whose processes cannot be started as its file says has nothing to do.</summary>
    async Task Apply(Protocol.ApplyRequest request)
    {
        var (problem, begun) = ((string?)null, true);
        try
        {
            problem = await StartFile.Start(_context, request);
        }
        catch (RequestException mistake)
        {
            (problem, begun) = (mistake.Message, false);
        }
        catch (Exception fault)
        {
            // Nobody waits for this: unsaid, the container would go on with nothing in it.
            _log.Logger.LogError(fault, "internal error: {Type}", fault.GetType().Name);
            (problem,
                begun) = ($"internal error ({FileSystem.Describe(fault)}); please report it, with the end of "
                    + $"{_home.DaemonLog}", false);
        }
        _loop.Post(() =>
        {
            if (!begun) GiveUp($"{_options.Apply}: {problem}", 1, DaemonExit.CannotStart);
            if (problem is not null) _log.Logger.LogError("{File}: {Problem}", _options.Apply, problem);
            if (problem is not null && _options.ExitWhen is not null) End(Ending.Failed);
            _ending.IsArmed = true;
            OnChanged();
        });
    }

    /// <summary>Says why where somebody can read it, and ends.</summary>
    void GiveUp(string reason, int clientCode, int exitCode)
    {
        ReadyPipe.Tell(_ready, $"{ReadyPipe.FailedPrefix}{clientCode} {reason}");
        if (_options.Foreground) StandardError.WriteLine(reason);
        _log.Logger.LogError("cannot start: {Reason}", reason);
        _log.Dispose();
        Environment.Exit(exitCode);
    }

    void Load()
    {
        var loaded = _store.Load();
        _loadTroubles.AddRange(loaded.Troubles);
        _loadTroubles.AddRange(_records.MoveObstaclesAside());
        foreach (var trouble in _loadTroubles) _log.Logger.LogWarning("{Trouble}", trouble);
        // An earlier generation becomes the current one at once: there is no instant without a whole processes.json for
        // long.
        if (loaded.Troubles.Count > 0) _supervisor.Save();
        // Nothing was ever defined here, nor is anything left of what ran here.
        var isNew = loaded is { Troubles.Count: 0, Content: { NextId: 0, Processes.Count: 0 } }
            && _records.LoadAll().Count == 0;
        if (isNew) _survivors.Find(_home.RunFolder);
        var content = isNew ? Migrate() ?? loaded.Content : loaded.Content;
        var reaped = new List<GuardianRecord>(_guardian.ReadCaughtUp());
        _outputs.Use(DropLedger.Inherit(_guardian.Returned, _guardian));
        _outputs.Use(TeeMover.Inherit(_home.MoveIntentFile, _guardian.Returned, _guardian));
        _listeners.Inherit(_guardian.Returned);
        _notify.Inherit(_guardian.Returned);
        _supervisor.Resume(content, new RecoveredState
        {
            Records = _records.LoadAll(),
            Runs = _records.Runs(),
            Reaped = reaped,
            DaemonDiedAtTicks = _guardian.DaemonDiedAtTicks,
            CatchUp = _guardian.CatchUpAgain,
        });
        _notify.DropUnclaimed();
        foreach (var record in reaped) Acknowledge(record);
        LeftoverFifos.Drain(_records, _outputs, _supervisor.Table, _home);
        _guardian.Reaped = record => _loop.Post(() =>
        {
            _supervisor.ApplyGuardianRecord(record);
            Acknowledge(record);
        });
        _guardian.Watch(_events);
        _events.Watch(_signals.NumberOrNone, EventLoop.Readable, this);
        _events.Start();
        _homeKeeper.Begin(_options.HomeProblem);
        WriteState();
    }

    /// <summary>What an older Tspm left in this user's home, already on disk here; null: nothing.</summary>
    ProcessesFile? Migrate()
    {
        if (Migration.Prepare(TimeProvider.System, CallerEnvironment.Read()) is not { } migration) return null;
        var sentence = migration.Sentence;
        _log.Logger.LogInformation("{Sentence}", sentence);
        _loadTroubles.Add(sentence);
        try
        {
            if (migration.Content is { } content) _store.Save(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _loadTroubles
                .Add($"nothing was taken over yet, because it could not be saved: {FileSystem.Describe(e)}; the next "
                    + "daemon tries again");
            return null;
        }
        if (migration.Write(_home) is { } unwritten) _loadTroubles.Add(unwritten);
        return migration.Content;
    }

    /// <summary>
    /// The guardian keeps a record until what follows from it is on disk: after a daemon's death it is sent again.
    /// </summary>
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
            AtomicFile.Write(_home.StateFile,
                JsonSerializer.SerializeToUtf8Bytes(state, StorageJson.Default.DaemonState), durable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _loadTroubles.Add($"{Path.GetFileName(_home.StateFile)} could not be written: {FileSystem.Describe(e)}");
        }
    }
}
