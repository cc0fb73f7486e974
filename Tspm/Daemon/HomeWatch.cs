using Tspm.Platform;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Watching;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Notices when the home is removed, moved or replaced while the daemon runs. Watched is what never changes in a home:
/// the folder itself, <c>run/</c>, the logs, the guardian's lock and the socket, so that nothing is told in ordinary
/// work. Which home is this daemon's is told by the inode of the lock.
/// </summary>
internal sealed class HomeWatch(TspmHome home, EventLoop loop, Action suspected) : IDisposable
{
    readonly Lock _gate = new();
    readonly RemovalWatch _watch = new(loop, suspected);
    FileIdentity? _lock, _run, _logs;

    /// <summary>From any thread: the home at the path is this daemon's, and whole.</summary>
    public bool IsThere =>
        IsOurs && FileSystem.IsSocket(home.SocketPath) && IsSame(home.RunFolder, _run)
            && IsSame(home.LogFolder, _logs);

    /// <summary>
    /// From any thread: nobody else's home is at the path, and none is missing: what is written there is found again.
    /// </summary>
    public bool IsOurs
    {
        get
        {
            lock (_gate) return IsSame(home.LockFile, _lock);
        }
    }

    /// <summary>The home that is there now is this daemon's; watches it from now on.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            (_lock, _run, _logs) = (FileIdentity.Of(home.LockFile), FileIdentity.Of(home.RunFolder),
                FileIdentity.Of(home.LogFolder));
            // Nothing else is removed from a home in ordinary work. Without a watch what is saved notices it.
            _watch.Begin(home.Path, home.RunFolder, home.LogFolder, home.LockFile, home.SocketPath);
        }
    }

    /// <summary>What could not be looked at when this began is taken for what it was.</summary>
    bool IsSame(string path, FileIdentity? known) =>
        _lock is null || _run is null || _logs is null || FileIdentity.Of(path) == known;

    public void Dispose()
    {
        lock (_gate) _watch.Dispose();
    }
}
