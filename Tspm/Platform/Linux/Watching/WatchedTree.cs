namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// One <see cref="IFileWatch"/>: which folders it has, by path. Passive: <see cref="InotifyWatcher"/> fills it, under
/// its lock. For each watched path there is an anchor too, the nearest folder above it that exists: it tells when the
/// path itself comes, goes, or is replaced by something else of that name.
/// </summary>
internal sealed class WatchedTree(InotifyWatcher owner, FileWatchPlan plan) : IFileWatch
{
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _asked;

    public FileWatchPlan Plan => plan;

    public Task Ready => _ready.Task;

    /// <summary>Number of the inotify watch of each folder.</summary>
    public Dictionary<string, int> Folders { get; } = new(StringComparer.Ordinal);

    public Root[] Roots { get; } = RootsOf(plan);

    static Root[] RootsOf(FileWatchPlan plan)
    {
        var roots = new Root[plan.Paths.Count];
        for (var i = 0; i < roots.Length; i++) roots[i] = new Root(plan.Paths[i]);
        return roots;
    }

    /// <summary>Things to be looked at that are still to come.</summary>
    public int Pending { get; set; }

    /// <summary>What is told carries this.</summary>
    public long Epoch { get; set; }

    /// <summary>First change of the events that are being read; null: none yet.</summary>
    public string? Touched { get; set; }

    public bool HasTrouble { get; set; }

    /// <summary>No more folders: the system has no watches left.</summary>
    public bool IsFull { get; set; }

    public bool IsDisposed { get; set; }

    public void SetReady() => _ready.TrySetResult();

    public long Forget()
    {
        var epoch = Interlocked.Increment(ref _asked);
        owner.Forget(this, epoch);
        return epoch;
    }

    public void Dispose()
    {
        SetReady();
        owner.Remove(this);
    }

    /// <summary>The numbers of the watches of a folder and all below it, which are forgotten here.</summary>
    public List<int> Drop(string path)
    {
        var dropped = new List<int>();
        // Removing does not disturb going through (since .NET Core 3).
        foreach (var (folder, watch) in Folders)
            if (IsAtOrBelow(folder, path) && Folders.Remove(folder)) dropped.Add(watch);
        return dropped;
    }

    public static bool IsAtOrBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
            && (path.Length == folder.Length || path[folder.Length] == '/' || folder == "/");

    /// <summary>One of the watched paths.</summary>
    internal sealed class Root(WatchedPath what)
    {
        public WatchedPath What => what;
        public string Path => what.Path;

        /// <summary>Watch of the anchor; 0: none.</summary>
        public int Anchor { get; set; }

        /// <summary>
        /// What the anchor looks out for: the name of the next thing on the way to <see cref="Path"/>.
        /// </summary>
        public string NextName { get; set; } = "";

        /// <summary>When it was last looked for; null: never yet.</summary>
        public bool? WasThere { get; set; }
    }
}
