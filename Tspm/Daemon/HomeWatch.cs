using Tspm.Platform;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Watching;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Notices when the home is removed, moved or replaced while the daemon runs. Only entries that never change in normal
/// operation are watched: the folder itself, <c>run/</c>, the log folder, the guardian's lock and the socket. The inode
/// of the lock identifies the home of this daemon.
/// </summary>
internal sealed class HomeWatch(TspmHome home, EventLoop loop, Action suspected) : IDisposable
{
    readonly Lock _gate = new();
    readonly RemovalWatch _watch = new(loop, suspected);
    FileIdentity? _lock, _run, _logs;

    /// <summary>True if the home at the path is this daemon's and complete. Any thread may ask.</summary>
    public bool IsThere =>
        IsOurs && FileSystem.IsSocket(home.SocketPath) && IsSame(home.RunFolder, _run)
            && IsSame(home.LogFolder, _logs);

    /// <summary>
    /// True if the home at the path is this daemon's, so that what is written there will be found again. Any thread may
    /// ask.
    /// </summary>
    public bool IsOurs
    {
        get
        {
            lock (_gate) return IsSame(home.LockFile, _lock);
        }
    }

    /// <summary>Takes the home that is now at the path as this daemon's, and begins to watch it.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            (_lock, _run, _logs) = (FileIdentity.Read(home.LockFile), FileIdentity.Read(home.RunFolder),
                FileIdentity.Read(home.LogFolder));
            // None of these is removed in normal operation. If they cannot be watched, the next save notices the loss.
            _watch.Begin(home.Path, home.RunFolder, home.LogFolder, home.LockFile, home.SocketPath);
        }
    }

    /// <summary>True if the path still leads to the known file, or if the files could not be identified at the start.
    /// </summary>
    bool IsSame(string path, FileIdentity? known) =>
        _lock is null || _run is null || _logs is null || FileIdentity.Read(path) == known;

    public void Dispose()
    {
        lock (_gate) _watch.Dispose();
    }
}
