namespace Tspm.Platform.Linux.Watching;

/// <summary>
/// One <see cref="IFileWatch"/>, with its folders by path. It only holds data, which <see cref="InotifyWatcher"/>
/// changes under its lock. Each watched path also has an anchor, which is the nearest existing folder above it: the
/// anchor reports when the path itself appears, disappears or is replaced.
/// </summary>
internal sealed class WatchedTree(InotifyWatcher owner, FileWatchPlan plan) : IFileWatch
{
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _asked;

    public FileWatchPlan Plan => plan;

    public Task Ready => _ready.Task;

    /// <summary>The number of the inotify watch of each folder.</summary>
    public Dictionary<string, int> Folders { get; } = new(StringComparer.Ordinal);

    public Root[] Roots { get; } = RootsOf(plan);

    static Root[] RootsOf(FileWatchPlan plan)
    {
        var roots = new Root[plan.Paths.Count];
        for (var i = 0; i < roots.Length; i++) roots[i] = new Root(plan.Paths[i]);
        return roots;
    }

    /// <summary>The number of steps of the walk that are still to be done.</summary>
    public int Pending { get; set; }

    /// <summary>The number that is reported with each change.</summary>
    public long Epoch { get; set; }

    /// <summary>The first change among the events that are being read; null if there is none yet.</summary>
    public string? Touched { get; set; }

    public bool HasTrouble { get; set; }

    /// <summary>Whether no more folders can be added, because the system has no watches left.</summary>
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

    /// <summary>
    /// Removes a folder and all folders below it from this tree, and returns the numbers of their watches.
    /// </summary>
    public List<int> Drop(string path)
    {
        var dropped = new List<int>();
        // Removing entries during the enumeration is permitted (since .NET Core 3).
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

        /// <summary>The watch of the anchor; 0 if there is none.</summary>
        public int Anchor { get; set; }

        /// <summary>
        /// The name in the anchor that leads to <see cref="Path"/>.
        /// </summary>
        public string NextName { get; set; } = "";

        /// <summary>Whether the path existed at the last check; null before the first one.</summary>
        public bool? WasThere { get; set; }
    }
}
