using Tspm.Libc;

namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// Visits folders and watches each, on a thread of the pool. It uses one thread at a time and queues again after each
/// slice, because the pool has few threads and needs them to answer requests. Disk accesses happen outside of the lock.
/// A folder is watched before it is read, so that no new entry is missed.
/// </summary>
internal sealed class InotifyWalk(Descriptor watcher, Lock gate, InotifyWatcher owner)
{
    /// <summary>How long one slice may take.</summary>
    const long SliceMs = 20;

    const uint Changes =
        SysInotify.IN_CLOSE_WRITE | SysInotify.IN_CREATE | SysInotify.IN_DELETE
        | SysInotify.IN_MOVED_FROM | SysInotify.IN_MOVED_TO;
    /// <summary>
    /// The events of an anchor above a folder: only those that can create or remove that folder, because the anchor may
    /// be a busy place.
    /// </summary>
    const uint Comings = SysInotify.IN_CREATE | SysInotify.IN_MOVED_FROM | SysInotify.IN_MOVED_TO;
    // A folder may be watched for several reasons, so the masks are combined.
    const uint Always =
        SysInotify.IN_DELETE_SELF | SysInotify.IN_MOVE_SELF | SysInotify.IN_ONLYDIR
        | SysInotify.IN_EXCL_UNLINK | SysInotify.IN_MASK_ADD;

    readonly Queue<Step> _steps = new();
    bool _running, _closing;

    /// <summary>
    /// Either a path to find, or a folder to enter. If there is neither, the watches of the tree are removed.
    /// </summary>
    sealed class Step(WatchedTree tree, WatchedTree.Root? root, string? folder)
    {
        public WatchedTree Tree => tree;
        public WatchedTree.Root? Root => root;
        public string? Folder => folder;
    }

    public bool IsBusy => _running;

    public void Place(WatchedTree tree, WatchedTree.Root root) => Add(new Step(tree, root, null));

    public void Enter(WatchedTree tree, string folder) => Add(new Step(tree, null, folder));

    public void TakeDown(WatchedTree tree) => Add(new Step(tree, null, null));

    /// <summary>Closes the descriptor once no system call can be using it.</summary>
    public void CloseWhenIdle()
    {
        _closing = true;
        _steps.Clear();
        if (!_running) watcher.Dispose();
    }

    void Add(Step step)
    {
        if (_closing) return;
        step.Tree.Pending++;
        _steps.Enqueue(step);
        if (_running) return;
        _running = true;
        ThreadPool.UnsafeQueueUserWorkItem(static walk => walk.Slice(), this, preferLocal: false);
    }

    void Slice()
    {
        var until = Environment.TickCount64 + SliceMs;
        while (Next() is { } step)
        {
            RunStep(step);
            Done(step.Tree);
            if (Environment.TickCount64 < until) continue;
            ThreadPool.UnsafeQueueUserWorkItem(static walk => walk.Slice(), this, preferLocal: false);
            return;
        }
    }

    /// <summary>Runs a step. A bug must not end the daemon, which an exception on the pool would do.</summary>
    void RunStep(Step step)
    {
        try
        {
            if (step.Folder is { } folder) Visit(step.Tree, folder, isRoot: false);
            else if (step.Root is { } root) Find(step.Tree, root);
            else TakeDownNow(step.Tree);
        }
        catch (Exception e)
        {
            Trouble(step.Tree, $"not all files are watched: {FileSystem.Describe(e)}");
        }
    }

    Step? Next()
    {
        lock (gate)
        {
            if (!_closing && _steps.TryDequeue(out var step)) return step;
            _running = false;
            if (_closing) watcher.Dispose();
            else owner.WalkIsOver();
            return null;
        }
    }

    void Done(WatchedTree tree)
    {
        lock (gate)
            if (--tree.Pending == 0) tree.SetReady();
    }

    void TakeDownNow(WatchedTree tree)
    {
        lock (gate)
        {
            if (_closing) return;
            owner.Release(tree, tree.Drop("/"));
            foreach (var root in tree.Roots) owner.ReleaseAnchor(root);
        }
    }

    /// <summary>Anchors a path, and enters it if it is a folder.</summary>
    void Find(WatchedTree tree, WatchedTree.Root root)
    {
        var isThere = SysStat.stat(root.Path, out var status) == 0;
        var isFolder = isThere && status.IsDirectory;
        Anchor(tree, root, isThere && !isFolder);
        bool came;
        lock (gate)
        {
            if (tree.IsDisposed || _closing) return;
            // A folder that is no longer watched was removed, so this is a new one, even if its absence went unnoticed.
            var isAnother = root.WasThere == true && isFolder && !tree.IsFull && !tree.Folders.ContainsKey(root.Path);
            came = isThere && (root.WasThere == false || isAnother);
            root.WasThere = isThere;
            if (!isFolder) owner.Release(tree, tree.Drop(root.Path));
        }
        if (came) owner.TouchLater(tree, root.Path);
        if (isFolder) Visit(tree, root.Path, isRoot: true);
    }

    /// <summary>
    /// Watches the nearest existing folder above the path. No change is missed, because that folder is watched before
    /// the path is searched again.
    /// </summary>
    void Anchor(WatchedTree tree, WatchedTree.Root root, bool isFile)
    {
        var name = root.Path;
        while (Path.GetDirectoryName(name) is { } folder)
        {
            var watch = SysInotify.inotify_add_watch(watcher.Number, folder, Always | (isFile ? Changes : Comings));
            if (watch >= 0)
            {
                Anchored(tree, root, watch, Path.GetFileName(name));
                return;
            }
            if (Errno.Last is not (Errno.ENOENT or Errno.ENOTDIR))
            {
                Refused(tree, folder, Errno.Last);
                return;
            }
            name = folder;
        }
    }

    void Anchored(WatchedTree tree, WatchedTree.Root root, int watch, string nextName)
    {
        lock (gate)
        {
            if (tree.IsDisposed || _closing) return;
            if (root.Anchor != watch) owner.ReleaseAnchor(root);
            (root.Anchor, root.NextName) = (watch, nextName);
            owner.Register(watch, new InotifyWatcher.Use(tree, null, root));
        }
    }

    void Visit(WatchedTree tree, string folder, bool isRoot)
    {
        lock (gate)
            if (tree.IsDisposed || tree.IsFull || _closing) return;
        // A link to a folder below the root is not followed, because it may lead back.
        var watch = SysInotify.inotify_add_watch(watcher.Number, folder,
            Always | Changes | (isRoot ? 0 : SysInotify.IN_DONT_FOLLOW));
        if (watch < 0)
        {
            if (Errno.Last is not (Errno.ENOENT or Errno.ENOTDIR)) Refused(tree, folder, Errno.Last);
            return;
        }
        lock (gate)
        {
            if (tree.IsDisposed || _closing) return;
            // This is another folder with the same name, so the watches of the old one are dropped.
            if (tree.Folders.TryGetValue(folder, out var before) && before != watch)
            {
                owner.Release(tree, tree.Drop(folder));
                if (isRoot) owner.TouchLater(tree, folder);
            }
            tree.Folders[folder] = watch;
            owner.Register(watch, new InotifyWatcher.Use(tree, folder, null));
        }
        VisitThoseBelow(tree, folder);
    }

    void VisitThoseBelow(WatchedTree tree, string folder)
    {
        try
        {
            foreach (var below in Directory.EnumerateDirectories(folder))
            {
                if (tree.Plan.IsIgnored(below)) continue;
                lock (gate) Enter(tree, below);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(folder))
                Trouble(tree, $"the folders below {folder} are not watched: {FileSystem.Describe(e)}");
        }
    }

    void Refused(WatchedTree tree, string folder, int errno)
    {
        if (errno == Errno.ENOSPC) tree.IsFull = true;
        Trouble(tree, WatchLimits.OfFolder(folder, errno));
    }

    void Trouble(WatchedTree tree, string sentence)
    {
        lock (gate)
        {
            if (tree.IsDisposed || tree.HasTrouble) return;
            tree.HasTrouble = true;
        }
        tree.Plan.Troubled(sentence);
    }
}
