using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Notices when the home is removed, moved or replaced while the daemon runs. inotify (man 7 inotify) watches what
/// never changes in a home: the folder itself, <c>run/</c>, the guardian's lock and the socket, so that nothing is told
/// in ordinary work. Which home is this daemon's is told by the inode of the lock.
/// </summary>
internal sealed unsafe class HomeWatch(TspmHome home, EventLoop loop, Action suspected) : IReadyHandler, IDisposable
{
    const int BufferBytes = 4096;

    /// <summary>A file that is open elsewhere tells of its removal by its number of names (IN_ATTRIB).</summary>
    const uint Mask = SysInotify.IN_ATTRIB | SysInotify.IN_DELETE_SELF | SysInotify.IN_MOVE_SELF;

    readonly Lock _gate = new();
    FileStatus _lock, _run, _logs;
    bool _isKnown;
    Descriptor _descriptor;

    /// <summary>From any thread: the home at the path is this daemon's, and whole.</summary>
    public bool IsThere =>
        IsOurs && SysStat.lstat(home.SocketPath, out var socket) == 0 && socket.IsSocket && IsSame(home.RunFolder, _run)
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
            _isKnown = SysStat.stat(home.LockFile, out _lock) == 0 && SysStat.stat(home.RunFolder, out _run) == 0
                && SysStat.stat(home.LogFolder, out _logs) == 0;
            Close();
            _descriptor = Descriptors.FileWatcher();
            // Without one (a user may have 128) what is saved notices it.
            if (!_descriptor.IsOpen) return;
            // A folder in which files are open does not tell of its own removal; nothing else is removed from a home in
            // ordinary work.
            _ = SysInotify.inotify_add_watch(_descriptor.Number, home.Path, Mask | SysInotify.IN_DELETE);
            foreach (var path in new[] { home.RunFolder, home.LogFolder, home.LockFile, home.SocketPath })
                _ = SysInotify.inotify_add_watch(_descriptor.Number, path, Mask);
            loop.Watch(_descriptor.Number, SysEpoll.EPOLLIN, this);
        }
    }

    /// <summary>What could not be looked at when this began is taken for what it was.</summary>
    bool IsSame(string path, in FileStatus known) =>
        !_isKnown || (SysStat.stat(path, out var named) == 0 && named.IsSameFile(known));

    void IReadyHandler.Ready(int fd, uint events)
    {
        var buffer = stackalloc byte[BufferBytes];
        while (Unistd.read(fd, buffer, BufferBytes) > 0)
        {
        }
        suspected();
    }

    public void Dispose()
    {
        lock (_gate) Close();
    }

    void Close()
    {
        if (!_descriptor.IsOpen) return;
        loop.Unwatch(_descriptor.Number);
        _descriptor.Dispose();
    }
}
