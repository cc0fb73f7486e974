using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Daemon.Upgrading;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;
using Tspm.Protocol;

namespace Tspm.Daemon;

/// <summary>
/// The shutdown, requested by a client or a signal: stops the children, then saves the state, then removes the socket.
/// </summary>
internal sealed partial class DaemonHost : IReadyHandler
{
    static Descriptor OpenSignals() => SignalDescriptor.Open(Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP);

    void IReadyHandler.Ready(int fd, uint events)
    {
        while (SignalDescriptor.TryRead(fd, out var signal))
        {
            if (signal.Number == Signals.SIGHUP)
            {
                _ = UpgradeBySignal();
                continue;
            }
            var requester = new Requester(signal.Uid, signal.Pid, Signals.NameOf(signal.Number));
            _loop.Post(() =>
            {
                _eventLog.Append(new ProcessEvent
                {
                    Kind = EventKind.Request,
                    Request = Methods.Shutdown.Name,
                    Reason = requester.Signal,
                    ByUid = requester.Uid,
                    ByPid = requester.Pid,
                });
                Shutdown(requester);
            });
        }
    }

    /// <summary>
    /// SIGHUP: upgrades to the file that is now at the path of the executable. Nobody waits for an answer, so the
    /// reason for a refusal goes to the log.
    /// </summary>
    async Task UpgradeBySignal()
    {
        try
        {
            using var candidate = await Handlers.UpgradeHandler.Prove(UpgradeCandidate.OwnPath());
            await _handoff.HandOver(candidate, requester: null);
        }
        catch (Exception e) when (e is RequestException or Supervision.ShuttingDownException)
        {
            _log.Logger.LogError("SIGHUP: {Reason}", e.Message);
        }
    }

    /// <summary>
    /// Stops the children, saves the state, removes the socket and the state file, and ends the daemon.
    /// </summary>
    void Shutdown(Requester? requester)
    {
        // After a committed handoff the next daemon shuts down instead: the guardian remembers the signal.
        if (_shuttingDown || _handoff.IsCommitted) return;
        _shuttingDown = true;
        _log.Logger.LogInformation("shutdown requested by {Requester}", requester?.ToString() ?? "an unknown client");
        _context.IsShuttingDown = true;
        _manager.Stopping();
        _supervisor.Shutdown(requester).ContinueWith(_ => _loop.Post(Leave), TaskScheduler.Default);
    }

    void Leave()
    {
        _supervisor.Save().ContinueWith(async saved =>
        {
            if (saved.ResultNow() is { } problem)
                _log.Logger.LogError("the state could not be saved: {Problem}", problem);
            await _outputs.Settled();
            _eventLog.Append(new ProcessEvent
            {
                Kind = EventKind.DaemonStopped,
                Pid = Environment.ProcessId,
                Reason = "daemon stopped",
            });
            // Before the socket is removed: from now on the guardian exits together with this daemon, however this
            // daemon ends. A new daemon without a socket could not be reached.
            _guardian.SendLeaving();
            if (_homeKeeper.IsOurs)
            {
                Remove(_home.StateFile);
                if (!_options.HasForeignSocket) Remove(_home.SocketPath);
            }
            _context.ShutdownDone.TrySetResult();
            await _socket.Drain();
            _log.Logger.LogInformation("daemon stopped");
            _loop.End();
        }, TaskScheduler.Default);
    }

    /// <summary>Deletes a file. A home that has become read-only must not keep the daemon from exiting.</summary>
    void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Logger.LogWarning("{Path} could not be removed: {Reason}", path, FileSystem.Describe(e));
        }
    }
}
