using System.Text;
using Tspm.Libc;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// Watches files with inotify (man 7 inotify). One descriptor serves all watches of the daemon, because a user may have
/// only 128, and the existing event loop reads it. Folders are visited on the pool in slices
/// (<see cref="InotifyWalk"/>), so that neither a large tree nor a slow disk delays anything else. The descriptor is
/// open only while something is watched.
/// </summary>
internal sealed unsafe class InotifyWatcher(EventLoop loop) : IFileWatcher, IReadyHandler
{
    /// <summary>Enough for a few hundred events; a name has at most 255 bytes.</summary>
    const int BufferBytes = 16 * 1024;

    /// <summary>
    /// How many reads are made in a row, so that a flood of events does not starve other descriptors.
    /// </summary>
    const int MaxReads = 16;

    const uint GoneMask =
        SysInotify.IN_DELETE_SELF | SysInotify.IN_MOVE_SELF | SysInotify.IN_IGNORED | SysInotify.IN_UNMOUNT;

    /// <summary>Guards all fields below and the contents of the trees.</summary>
    readonly Lock _gate = new();
    readonly byte[] _buffer = new byte[BufferBytes];
    /// <summary>Trees with changes that have not been reported yet.</summary>
    readonly List<WatchedTree> _touched = [];
    readonly List<WatchedTree> _trees = [];
    /// <summary>
    /// The uses of each watch: as a folder of a tree, or as the anchor of a root. Equal folders share a watch, because
    /// the kernel has one per inode.
    /// </summary>
    readonly Dictionary<int, List<Use>> _uses = [];
    /// <summary>Watches with events that arrived before the watch was registered.</summary>
    readonly HashSet<int> _early = [];
    InotifyWalk? _walk;
    /// <summary>The walk closes this descriptor, because it may be using it.</summary>
    Descriptor _descriptor;

    /// <summary>
    /// One use of a watch: a folder of a tree, or the anchor of a root. This is a class, because generic collections
    /// are compiled separately for each struct.
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

    public void LookUp(IReadOnlySet<string> paths, Action<PathFacts> found) =>
        ThreadPool.UnsafeQueueUserWorkItem(_ => found(PathReader.Read(paths)), null);

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

    /// <summary>Stops reports of a tree at once; the walk removes its watches later.</summary>
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

    /// <summary>Closes the descriptor, which removes all watches.</summary>
    void Close()
    {
        loop.Unwatch(_descriptor.Number);
        _walk!.CloseWhenIdle();
        _uses.Clear();
        _early.Clear();
        (_descriptor, _walk) = (default, null);
    }

    /// <summary>
    /// Discards the changes of a tree up to now. It reads all pending events, so that anything the kernel reports later
    /// also happened later.
    /// </summary>
    internal void Forget(WatchedTree tree, long epoch)
    {
        lock (_gate)
        {
            if (_descriptor.IsOpen) ReadEvents(_descriptor.Number);
            (tree.Touched, tree.Epoch) = (null, epoch);
            if (_touched.Count == 0) return;
        }
        // The events that were read may also concern other trees.
        loop.Post(NotifyTouched);
    }

    void IReadyHandler.Ready(int fd, uint events)
    {
        lock (_gate)
        {
            if (fd == _descriptor.NumberOrNone) ReadEvents(fd);
        }
        NotifyTouched();
    }

    /// <summary>
    /// Reports the changes, outside of the lock, because a callback may start another watch.
    /// </summary>
    void NotifyTouched()
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
            for (var i = 0; i < MaxReads; i++)
            {
                var length = Unistd.read(fd, buffer, BufferBytes);
                if (length <= 0) return;
                for (nint at = 0; at < length;)
                {
                    at += SysInotify.EventAt(buffer + at, out var watch, out var mask, out var name);
                    if ((mask & SysInotify.IN_Q_OVERFLOW) != 0) Overflow();
                    else Handle(watch, mask, Encoding.UTF8.GetString(name));
                }
            }
        }
    }

    /// <summary>Handles lost events: anything may have changed, and there may be new folders.</summary>
    void Overflow()
    {
        foreach (var tree in _trees)
        {
            Touch(tree, FileWatchPlan.ManyFiles);
            foreach (var root in tree.Roots) _walk!.Place(tree, root);
        }
    }

    void Handle(int watch, uint mask, string name)
    {
        if (!_uses.TryGetValue(watch, out var uses))
        {
            if ((mask & SysInotify.IN_IGNORED) == 0 && _walk!.IsBusy) _early.Add(watch);
            return;
        }
        foreach (var use in uses.ToArray())
        {
            if (use.Folder is { } folder) HandleFolder(use.Tree, folder, mask, name);
            else if (name == use.Anchored!.NextName || (mask & GoneMask) != 0) HandleAnchor(use.Tree, use.Anchored);
        }
        if ((mask & SysInotify.IN_IGNORED) != 0) OnDropped(watch);
    }

    void HandleFolder(WatchedTree tree, string folder, uint mask, string name)
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
            // A deleted folder was empty; a moved folder takes along everything below it.
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
    /// Handles the appearance or disappearance of the path or of a folder on the way to it. For a file, the anchor also
    /// reports writes.
    /// </summary>
    void HandleAnchor(WatchedTree tree, WatchedTree.Root root)
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

    /// <summary>Touches a tree from a thread other than the loop's.</summary>
    internal void TouchLater(WatchedTree tree, string path) => loop.Post(() =>
    {
        lock (_gate) Touch(tree, path);
        NotifyTouched();
    });

    /// <summary>Adds a use to a watch.</summary>
    internal void Register(int watch, Use use)
    {
        if (!_uses.TryGetValue(watch, out var uses)) _uses[watch] = uses = [];
        if (!uses.Exists(known =>
            known.Tree == use.Tree && known.Folder == use.Folder && known.Anchored == use.Anchored)) uses.Add(use);
        if (_early.Remove(watch)) TouchLater(use.Tree, use.Folder ?? use.Anchored!.Path);
    }

    internal void WalkIsOver() => _early.Clear();

    /// <summary>Forgets a watch that the kernel has dropped, because its folder is gone.</summary>
    void OnDropped(int watch)
    {
        if (!_uses.Remove(watch, out var uses)) return;
        foreach (var use in uses)
        {
            if (use.Folder is { } folder && use.Tree.Folders.GetValueOrDefault(folder) == watch)
                use.Tree.Folders.Remove(folder);
            if (use.Anchored is { } root && root.Anchor == watch) root.Anchor = 0;
        }
    }

    /// <summary>Removes these watches from a tree.</summary>
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
        // Fails if the folder, and with it the watch, is gone.
        _ = SysInotify.inotify_rm_watch(_descriptor.NumberOrNone, watch);
    }
}
