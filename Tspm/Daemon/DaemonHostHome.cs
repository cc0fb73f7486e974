using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Daemon;

/// <summary>
/// The home is there again after it was removed or moved: all that is in memory is written to it anew.
/// </summary>
internal sealed partial class DaemonHost
{
    void OnHomeMade(Descriptor listener)
    {
        _log.Reopen();
        WriterLock.TakeAgain(_home);
        if (listener.IsOpen) _ = _socket.Replace(CurrentSystem.ListenForClients(listener));
        foreach (var cell in _supervisor.Table.Processes) cell.Journal.Save();
        _supervisor.Save();
        WriteState();
        _diary.Tell(new ProcessEvent { Kind = EventKind.HomeLost, Reason = _homeKeeper.Trouble });
    }

    /// <summary>
    /// Where another daemon has its home by now, or none is, nothing is written: see <see cref="HomeKeeper"/>.
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
