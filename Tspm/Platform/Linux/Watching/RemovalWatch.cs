using Tspm.Libc;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// Notices when files or folders that never move in normal operation are removed, moved or replaced (man 7 inotify). It
/// does not report which; the callee has to check. Begin and Dispose must not be called by two threads at once.
/// </summary>
/// <param name="loop">The event loop, which calls back on its thread.</param>
/// <param name="suspected">Called when something has happened.</param>
internal sealed unsafe class RemovalWatch(EventLoop loop, Action suspected) : IReadyHandler, IDisposable
{
    const int BufferBytes = 4096;

    /// <summary>
    /// The removal of a file that is open elsewhere is only reported as a changed link count (IN_ATTRIB).
    /// </summary>
    const uint Mask = SysInotify.IN_ATTRIB | SysInotify.IN_DELETE_SELF | SysInotify.IN_MOVE_SELF;

    Descriptor _descriptor;

    /// <summary>
    /// Watches these paths instead of the earlier ones. Nothing is noticed for missing paths, or if no inotify
    /// descriptor is left (a user may have 128).
    /// </summary>
    /// <param name="folder">
    /// A folder; removals from it are reported too, because a folder in which files are open does not report its own
    /// removal.
    /// </param>
    /// <param name="paths">Files and folders for which only their own removal counts.</param>
    public void Begin(string folder, params ReadOnlySpan<string> paths)
    {
        Dispose();
        _descriptor = Descriptors.FileWatcher();
        if (!_descriptor.IsOpen) return;
        _ = SysInotify.inotify_add_watch(_descriptor.Number, folder, Mask | SysInotify.IN_DELETE);
        foreach (var path in paths) _ = SysInotify.inotify_add_watch(_descriptor.Number, path, Mask);
        loop.Watch(_descriptor.Number, EventLoop.Readable, this);
    }

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
        if (!_descriptor.IsOpen) return;
        loop.Unwatch(_descriptor.Number);
        _descriptor.Dispose();
    }
}
