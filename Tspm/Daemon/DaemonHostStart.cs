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
/// The start: reads the state on disk, takes over what earlier daemons left behind, and reports that the daemon is
/// ready or why it cannot start.
/// </summary>
internal sealed partial class DaemonHost
{
    void Start()
    {
        try
        {
            var apply = _options.Apply is { } file ? StartFile.Read(file, _store.Peek()) : null;
            Load();
            RequestThreads.Create();
            _socket.Start();
            if (apply is not null) _ = Apply(apply);
            else _exitWhen.IsArmed = true;
        }
        catch (HomeException e)
        {
            // The guardian must not retry a start that cannot succeed.
            GiveUp(e.Message, e.NotPermitted ? 6 : 1, DaemonExit.CannotStart);
        }
        catch (OutOfMemoryException)
        {
            GiveUp("cannot create a thread: this user has too many processes, or memory is low", 1, exitCode: 1);
        }
        catch (Exception e)
        {
            _log.Logger.LogError(e, "internal error while starting: {Type}", e.GetType().Name);
            GiveUp($"internal error while starting ({FileSystem.Describe(e)}); please report it with the last lines "
                + $"of {_home.DaemonLog}", 1, exitCode: 1);
        }
        DeathReport.Publish(_options.Deaths, _eventLog, _log.Logger, _guardian);
        _eventLog.Append(new ProcessEvent
        {
            Kind = EventKind.DaemonStarted,
            Pid = Environment.ProcessId,
            Reason = $"daemon {ProductVersion.Current} started, pid {Environment.ProcessId}",
        });
        _guardian.SendReady();
        // No upgrade is rolled back after this point, so no earlier version needs to read the run records.
        _records.WritesFormat1 = false;
        ReadyPipe.Report(_ready, ReadyPipe.Ready);
        _manager.Ready();
        _context.IdleTrim.Touch();
        _context.Temporaries.ExpectAll();
        if (_options.UpgradeProblem is { } reason)
            _log.Logger.LogError("the upgrade was rolled back: {Reason}", reason);
        _log.Logger.LogInformation("daemon {Version} is ready, pid {Pid}", ProductVersion.Current,
            Environment.ProcessId);
    }

    /// <summary>
    /// Applies the file of <c>--apply</c>. If nothing could be started, the daemon exits: the container would have
    /// nothing to do.
    /// </summary>
    async Task Apply(Protocol.ApplyRequest request)
    {
        string? problem;
        var begun = true;
        try
        {
            problem = await StartFile.Start(_context, request);
        }
        catch (RequestException mistake)
        {
            problem = mistake.Message;
            begun = false;
        }
        catch (Exception fault)
        {
            // Nobody awaits this task: unreported, the container would keep running with nothing in it.
            _log.Logger.LogError(fault, "internal error: {Type}", fault.GetType().Name);
            problem = $"internal error ({FileSystem.Describe(fault)}); please report it with the last lines of "
                + $"{_home.DaemonLog}";
            begun = false;
        }
        _loop.Post(() =>
        {
            if (!begun) GiveUp($"{_options.Apply}: {problem}", 1, DaemonExit.CannotStart);
            if (problem is not null) _log.Logger.LogError("{File}: {Problem}", _options.Apply, problem);
            if (problem is not null && _options.ExitWhen is not null) End(ExitWhen.Failed);
            _exitWhen.IsArmed = true;
            OnChanged();
        });
    }

    /// <summary>
    /// Exits after reporting the reason to the waiting client, to standard error (in the foreground) and to the log.
    /// </summary>
    /// <param name="reason">Why the daemon cannot start.</param>
    /// <param name="clientCode">The exit code of the waiting client.</param>
    /// <param name="exitCode">The exit code of the daemon, by which the guardian decides whether to retry.</param>
    void GiveUp(string reason, int clientCode, int exitCode)
    {
        ReadyPipe.Report(_ready, $"{ReadyPipe.FailedPrefix}{clientCode} {reason}");
        if (_options.Foreground) StandardError.WriteLine(reason);
        _log.Logger.LogError("cannot start: {Reason}", reason);
        _log.Dispose();
        Environment.Exit(exitCode);
    }

    void Load()
    {
        var loaded = _store.Load();
        // A daemon that takes the place of one that died finds the same settings, which were reported then.
        var known = _options.Deaths is { Untold: > 0 } ? _loadTroubles.Count : 0;
        _loadTroubles.AddRange(loaded.Troubles);
        _loadTroubles.AddRange(_records.MoveObstaclesAside());
        foreach (var trouble in _loadTroubles) _log.Logger.LogWarning("{Trouble}", trouble);
        LeaveNotice(_loadTroubles.GetRange(known, _loadTroubles.Count - known));
        // The state came from an earlier generation of processes.json. It is saved as the current one right away, so
        // that a complete file is missing only for a moment.
        if (loaded.Troubles.Count > 0) _supervisor.Save();
        // The home is new: nothing was ever defined in it, and no run has left a record.
        var isNew = loaded is { Troubles.Count: 0, Content: { NextId: 0, Processes.Count: 0 } }
            && _records.LoadAll().Count == 0;
        if (isNew) _survivors.Find(_home.RunFolder);
        var content = isNew ? Migrate() ?? loaded.Content : loaded.Content;
        var reaped = new List<GuardianRecord>(_guardian.ReadCaughtUp());
        _outputs.Use(DropCounter.Inherit(_guardian.Returned, _guardian));
        _outputs.Use(TeeMover.Inherit(_home.TeeJournalFile, _guardian.Returned, _guardian));
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

    /// <summary>Leaves troubles for the next command to print, see <see cref="CommandNotice"/>.</summary>
    void LeaveNotice(List<string> troubles)
    {
        try
        {
            foreach (var trouble in troubles) CommandNotice.Leave(_home.NoticeFile, trouble);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They are in the log and in 'status'.
            _log.Logger.LogWarning("{File} could not be written: {Reason}", _home.NoticeFile, FileSystem.Describe(e));
        }
    }

    /// <summary>Imports what an older Tspm left in this user's home, and saves it.</summary>
    /// <returns>The imported definitions; null if there are none, or they could not be saved.</returns>
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
            _loadTroubles.Add("the processes of the older Tspm were not imported, because the state could not be "
                + $"saved: {FileSystem.Describe(e)}; the next start of the daemon tries again");
            return null;
        }
        if (migration.Write(_home) is { } unwritten) _loadTroubles.Add(unwritten);
        return migration.Content;
    }

    /// <summary>
    /// Acknowledges a record once everything that follows from it is on disk. Until then the guardian keeps it, and
    /// sends it again if this daemon dies.
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
