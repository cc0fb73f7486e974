using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Daemon;

/// <summary>
/// Rewrites everything that is in memory after the home was removed or moved and has been recreated.
/// </summary>
internal sealed partial class DaemonHost
{
    void OnHomeRecreated(Descriptor listener)
    {
        _log.Reopen();
        WriterLock.Reacquire(_home);
        if (listener.IsOpen) _ = _socket.Replace(CurrentSystem.ListenForClients(listener));
        foreach (var process in _supervisor.Table.Processes) process.Journal.Save();
        _supervisor.Save();
        WriteState();
        _eventLog.Append(new ProcessEvent { Kind = EventKind.HomeLost, Reason = _homeKeeper.Trouble });
    }

    /// <summary>
    /// Saves the state, but writes nothing if the home is missing or belongs to another daemon by now: see
    /// <see cref="HomeKeeper"/>.
    /// </summary>
    void SaveState(ProcessesFile content)
    {
        if (!_homeKeeper.IsOurs)
        {
            _homeKeeper.Suspect();
            throw new DirectoryNotFoundException();
        }
        _store.Save(content);
    }
}
