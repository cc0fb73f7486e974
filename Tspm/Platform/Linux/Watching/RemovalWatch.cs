using Tspm.Libc;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// Notices when files or folders that stay where they are in ordinary work are removed, moved or replaced (man 7
/// inotify). It does not say which: whoever is called looks. Begin and Dispose are not for two threads at once.
/// </summary>
/// <param name="loop">Calls on its thread.</param>
/// <param name="suspected">Something has happened.</param>
internal sealed unsafe class RemovalWatch(EventLoop loop, Action suspected) : IReadyHandler, IDisposable
{
    const int BufferBytes = 4096;

    /// <summary>A file that is open elsewhere tells of its removal by its number of names (IN_ATTRIB).</summary>
    const uint Mask = SysInotify.IN_ATTRIB | SysInotify.IN_DELETE_SELF | SysInotify.IN_MOVE_SELF;

    Descriptor _descriptor;

    /// <summary>
    /// From now on, instead of what was watched before. Without a descriptor (a user may have 128), and of what is not
    /// there, nothing is noticed.
    /// </summary>
    /// <param name="folder">Also what is removed from it. A folder in which files are open does not tell of its own
    /// removal.</param>
    /// <param name="paths">Only what happens to them themselves.</param>
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
