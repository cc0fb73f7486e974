using Microsoft.Extensions.Logging;
using Tspm.Daemon.Control;
using Tspm.Daemon.Upgrading;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;
using Tspm.Protocol;

namespace Tspm.Daemon;

/// <summary>The end, asked for by a client or a signal: children first, then the state, then the socket.</summary>
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
                _diary.Tell(new ProcessEvent
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
    /// SIGHUP: what lies now at the path of the executable takes over. What keeps it from that is in the log: nobody
    /// waits for an answer.
    /// </summary>
    async Task UpgradeBySignal()
    {
        try
        {
            using var candidate = await Handlers.UpgradeHandler.Prove(UpgradeCandidate.OwnPath());
            await _departure.Leave(candidate, requester: null);
        }
        catch (Exception e) when (e is RequestException or Supervision.ShuttingDownException)
        {
            _log.Logger.LogError("SIGHUP: {Reason}", e.Message);
        }
    }

    /// <summary>Stop accepting, stop children, save, remove socket and state, leave.</summary>
    void Shutdown(Requester? requester)
    {
        // With a departure decided the next daemon shuts down: the guardian remembers the signal.
        if (_shuttingDown || _departure.IsDecided) return;
        _shuttingDown = true;
        _log.Logger.LogInformation("shutdown asked for by {Requester}", requester?.ToString() ?? "an unknown client");
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
            _diary.Tell(new ProcessEvent
            {
                Kind = EventKind.DaemonStopped,
                Pid = Environment.ProcessId,
                Reason = "daemon stopped",
            });
            // Said first: from here on the guardian ends with this daemon, however that ends; without a socket nobody
            // could reach a next one.
            _guardian.SayLeaving();
            if (_homeKeeper.IsOurs)
            {
                Remove(_home.StateFile);
                if (!_options.HasForeignSocket) Remove(_home.SocketPath);
            }
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
            _log.Logger.LogWarning("{Path} could not be removed: {Reason}", path, FileSystem.Describe(e));
        }
    }
}
