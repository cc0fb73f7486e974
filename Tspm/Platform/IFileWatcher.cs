namespace Tspm.Platform;

/// <summary>
/// Reports file changes as the kernel delivers them: there is no polling, and no resources are held while nothing is
/// watched.
/// </summary>
internal interface IFileWatcher
{
    /// <summary>
    /// Begins to watch, and returns at once even for a large tree. The callbacks of the plan run on any thread.
    /// </summary>
    IFileWatch Watch(FileWatchPlan plan);

    /// <summary>
    /// Finds out whether paths exist and where they lead, and calls back once, on another thread: a file system that
    /// does not respond must not block the caller.
    /// </summary>
    void LookUp(IReadOnlySet<string> paths, Action<PathFacts> found);
}

/// <summary>An active watch; disposing ends it.</summary>
internal interface IFileWatch : IDisposable
{
    /// <summary>
    /// Completes when everything that existed at the beginning is watched, or it is known why that is impossible.
    /// </summary>
    Task Ready { get; }

    /// <summary>
    /// Discards the changes up to now. Only changes reported with the returned number are newer.
    /// </summary>
    long Forget();
}

/// <summary>Says what is watched, and whom to notify.</summary>
internal sealed class FileWatchPlan
{
    public required IReadOnlyList<WatchedPath> Paths { get; init; }

    /// <summary>
    /// Returns true for an absolute path whose changes do not count; for a folder, this includes everything below it.
    /// Called on any thread.
    /// </summary>
    public required Func<string, bool> IsIgnored { get; init; }

    /// <summary>
    /// Called when a file was written, created, removed or renamed, with the first path if several changed at once, or
    /// with <see cref="ManyFiles"/> if it is not known which ones.
    /// </summary>
    public required Action<string, long> Changed { get; init; }

    /// <summary>Called at most once, with a sentence about what cannot be watched.</summary>
    public required Action<string> Troubled { get; init; }

    /// <summary>Stands in place of a path if it is not known which files changed.</summary>
    public const string ManyFiles = "";
}

/// <summary>A folder with everything below it, or a file. It may appear and disappear.</summary>
/// <param name="path">The absolute path, without a slash at the end.</param>
/// <param name="isWanted">Selects the paths below a folder that count; null for all.</param>
internal sealed class WatchedPath(string path, Func<string, bool>? isWanted = null)
{
    public string Path => path;

    public bool Wants(string changed) => isWanted is null || isWanted(changed);
}
