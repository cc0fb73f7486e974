using System.Text;
using Tspm.Libc;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// inotify (man 7 inotify): one descriptor for all watches of the daemon, because a user may have 128 of them, on the
/// event loop that is there anyway. Folders are walked on the pool, a slice at a time (<see cref="InotifyWalk"/>), so
/// that neither a large tree nor a slow disk holds up anybody. The descriptor is open only while something is watched.
/// </summary>
internal sealed unsafe class InotifyWatcher(EventLoop loop) : IFileWatcher, IReadyHandler
{
    /// <summary>Room for a few hundred events; a name has at most 255 bytes.</summary>
    const int BufferBytes = 16 * 1024;

    /// <summary>Reads in a row, so that a flood lets others have their turn.</summary>
    const int MostReads = 16;

    const uint GoneMask =
        SysInotify.IN_DELETE_SELF | SysInotify.IN_MOVE_SELF | SysInotify.IN_IGNORED | SysInotify.IN_UNMOUNT;

    /// <summary>Guards all below, and what the trees hold.</summary>
    readonly Lock _gate = new();
    readonly byte[] _buffer = new byte[BufferBytes];
    /// <summary>Their changes are still to be told.</summary>
    readonly List<WatchedTree> _touched = [];
    readonly List<WatchedTree> _trees = [];
    /// <summary>
    /// Whose folder (with its path) or anchor (with its root) a watch is. Equal folders share one watch: the kernel has
    /// one an inode.
    /// </summary>
    readonly Dictionary<int, List<Use>> _uses = [];
    /// <summary>Watches that told something before it was known whose they are.</summary>
    readonly HashSet<int> _early = [];
    InotifyWalk? _walk;
    /// <summary>The walk's to close, which may be at work with it.</summary>
    Descriptor _descriptor;

    /// <summary>
    /// One of the reasons for a watch: a folder of a tree, or what a root is anchored at. (A class: collections of
    /// structs are compiled anew for each.)
    /// </summary>
    internal sealed class Use(WatchedTree tree, string? folder, WatchedTree.Root? anchored)
    {
        public WatchedTree Tree => tree;
        public string? Folder => folder;
        public WatchedTree.Root? Anchored => anchored;
    }

    public IFileWatch Watch(FileWatchPlan plan)
    {
        var tree = new WatchedTree(this, plan);
        lock (_gate)
        {
            if (!Open(out var trouble))
            {
                tree.SetReady();
                plan.Troubled(trouble);
                return tree;
            }
            _trees.Add(tree);
            foreach (var root in tree.Roots) _walk!.Place(tree, root);
            if (tree.Roots.Length == 0) tree.SetReady();
        }
        return tree;
    }

    bool Open(out string trouble)
    {
        trouble = "";
        if (_descriptor.IsOpen) return true;
        _descriptor = Descriptors.FileWatcher();
        if (!_descriptor.IsOpen)
        {
            trouble = WatchLimits.OfInstances(Errno.Last);
            return false;
        }
        _walk = new InotifyWalk(_descriptor, _gate, this);
        loop.Watch(_descriptor.Number, SysEpoll.EPOLLIN, this);
        return true;
    }

    /// <summary>The tree tells no more; its watches go when nobody looks at a folder just now.</summary>
    internal void Remove(WatchedTree tree)
    {
        lock (_gate)
        {
            if (tree.IsDisposed) return;
            tree.IsDisposed = true;
            if (!_trees.Remove(tree)) return;
            if (_trees.Count > 0) _walk!.TakeDown(tree);
            else Close();
        }
    }

    /// <summary>With the descriptor go all watches.</summary>
    void Close()
    {
        loop.Unwatch(_descriptor.Number);
        _walk!.CloseWhenIdle();
        _uses.Clear();
        _early.Clear();
        (_descriptor, _walk) = (default, null);
    }

    /// <summary>Read here and now: what the kernel has not told yet when this returns has happened later.</summary>
    internal void Forget(WatchedTree tree, long epoch)
    {
        lock (_gate)
        {
            if (_descriptor.IsOpen) ReadEvents(_descriptor.Number);
            (tree.Touched, tree.Epoch) = (null, epoch);
            if (_touched.Count == 0) return;
        }
        // Others, and these changes are theirs.
        loop.Post(Tell);
    }

    void IReadyHandler.Ready(int fd, uint events)
    {
        lock (_gate)
        {
            if (fd == _descriptor.NumberOrNone) ReadEvents(fd);
        }
        Tell();
    }

    /// <summary>Outside of the lock: who is told may ask for another watch.</summary>
    void Tell()
    {
        while (true)
        {
            WatchedTree tree;
            string? path;
            long epoch;
            lock (_gate)
            {
                if (_touched.Count == 0) return;
                tree = _touched[^1];
                _touched.RemoveAt(_touched.Count - 1);
                (path, epoch, tree.Touched) = (tree.Touched, tree.Epoch, null);
            }
            if (path is not null && !tree.IsDisposed) tree.Plan.Changed(path, epoch);
        }
    }

    void ReadEvents(int fd)
    {
        fixed (byte* buffer = _buffer)
        {
            for (var i = 0; i < MostReads; i++)
            {
                var length = Unistd.read(fd, buffer, BufferBytes);
                if (length <= 0) return;
                for (nint at = 0; at < length;)
                {
                    at += SysInotify.EventAt(buffer + at, out var watch, out var mask, out var name);
                    if ((mask & SysInotify.IN_Q_OVERFLOW) != 0) Overflow();
                    else Take(watch, mask, Encoding.UTF8.GetString(name));
                }
            }
        }
    }

    /// <summary>What was lost may have been anything, a new folder too.</summary>
    void Overflow()
    {
        foreach (var tree in _trees)
        {
            Touch(tree, FileWatchPlan.ManyFiles);
            foreach (var root in tree.Roots) _walk!.Place(tree, root);
        }
    }

    void Take(int watch, uint mask, string name)
    {
        if (!_uses.TryGetValue(watch, out var uses))
        {
            if ((mask & SysInotify.IN_IGNORED) == 0 && _walk!.IsBusy) _early.Add(watch);
            return;
        }
        foreach (var use in uses.ToArray())
        {
            if (use.Folder is { } folder) TakeOfFolder(use.Tree, folder, mask, name);
            else if (name == use.Anchored!.NextName || (mask & GoneMask) != 0) TakeOfAnchor(use.Tree, use.Anchored);
        }
        if ((mask & SysInotify.IN_IGNORED) != 0) Forgotten(watch);
    }

    void TakeOfFolder(WatchedTree tree, string folder, uint mask, string name)
    {
        if ((mask & GoneMask) != 0)
        {
            foreach (var root in tree.Roots)
                if (root.Path == folder) _walk!.Place(tree, root);
            return;
        }
        var path = folder == "/" ? "/" + name : $"{folder}/{name}";
        if (name.Length == 0 || tree.Plan.IsIgnored(path)) return;
        if ((mask & SysInotify.IN_ISDIR) != 0)
        {
            // What is deleted was empty; what is moved takes along what is below it.
            if ((mask & SysInotify.IN_DELETE) != 0) Release(tree, tree.Folders.Remove(path, out var own) ? [own] : []);
            else if ((mask & SysInotify.IN_MOVED_FROM) != 0) Release(tree, tree.Drop(path));
            else _walk!.Enter(tree, path);
        }
        foreach (var root in tree.Roots)
        {
            if (!WatchedTree.IsAtOrBelow(path, root.Path) || !root.What.Wants(path)) continue;
            Touch(tree, path);
            return;
        }
    }

    /// <summary>
    /// The path, or something on the way to it, came or went. A file is seen by its anchor alone, its being written
    /// too.
    /// </summary>
    void TakeOfAnchor(WatchedTree tree, WatchedTree.Root root)
    {
        if (root.WasThere == true && !tree.Folders.ContainsKey(root.Path)) Touch(tree, root.Path);
        _walk!.Place(tree, root);
    }

    internal void Touch(WatchedTree tree, string path)
    {
        if (tree.IsDisposed) return;
        tree.Touched ??= path;
        if (!_touched.Contains(tree)) _touched.Add(tree);
    }

    /// <summary>The same from another thread than the loop's.</summary>
    internal void TouchLater(WatchedTree tree, string path) => loop.Post(() =>
    {
        lock (_gate) Touch(tree, path);
        Tell();
    });

    /// <summary>From now on the watch is this one's too.</summary>
    internal void Register(int watch, Use use)
    {
        if (!_uses.TryGetValue(watch, out var uses)) _uses[watch] = uses = [];
        if (!uses.Exists(known =>
            known.Tree == use.Tree && known.Folder == use.Folder && known.Anchored == use.Anchored)) uses.Add(use);
        if (_early.Remove(watch)) TouchLater(use.Tree, use.Folder ?? use.Anchored!.Path);
    }

    internal void WalkIsOver() => _early.Clear();

    /// <summary>The kernel has dropped the watch: its folder is gone.</summary>
    void Forgotten(int watch)
    {
        if (!_uses.Remove(watch, out var uses)) return;
        foreach (var use in uses)
        {
            if (use.Folder is { } folder && use.Tree.Folders.GetValueOrDefault(folder) == watch)
                use.Tree.Folders.Remove(folder);
            if (use.Anchored is { } root && root.Anchor == watch) root.Anchor = 0;
        }
    }

    /// <summary>A tree does not need these folders any more.</summary>
    internal void Release(WatchedTree tree, List<int> watches)
    {
        foreach (var watch in watches) Release(watch, use => use.Tree == tree && use.Folder is not null);
    }

    internal void ReleaseAnchor(WatchedTree.Root root)
    {
        if (root.Anchor == 0) return;
        Release(root.Anchor, use => use.Anchored == root);
        root.Anchor = 0;
    }

    void Release(int watch, Predicate<Use> isOurs)
    {
        if (!_uses.TryGetValue(watch, out var uses)) return;
        uses.RemoveAll(isOurs);
        if (uses.Count > 0) return;
        _uses.Remove(watch);
        // fails when the folder is gone, and the watch with it
        _ = SysInotify.inotify_rm_watch(_descriptor.NumberOrNone, watch);
    }
}
