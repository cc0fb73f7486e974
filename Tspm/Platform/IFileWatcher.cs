namespace Tspm.Platform;

/// <summary>
/// Tells of changes of files, as the kernel tells of them: nobody looks by himself, and nothing is held while nothing
/// is watched.
/// </summary>
internal interface IFileWatcher
{
    /// <summary>Begins to watch; returns at once, also for a large tree. What it calls comes on any thread.</summary>
    IFileWatch Watch(FileWatchPlan plan);
}

/// <summary>Disposing ends it.</summary>
internal interface IFileWatch : IDisposable
{
    /// <summary>
    /// Completes when all that there was at the beginning is watched, or it is known why it cannot be.
    /// </summary>
    Task Ready { get; }

    /// <summary>
    /// What happened up to now does not count: only what is told with the number that this returns is newer.
    /// </summary>
    long Forget();
}

/// <summary>What is watched, and who is told.</summary>
internal sealed class FileWatchPlan
{
    public required IReadOnlyList<WatchedPath> Paths { get; init; }

    /// <summary>
    /// True for an absolute path whose changes do not count; of a folder: nor what is below it. Called on any thread.
    /// </summary>
    public required Func<string, bool> IsIgnored { get; init; }

    /// <summary>
    /// A file was written, made, removed or renamed; the first one of several at once. <see cref="ManyFiles"/>: nobody
    /// knows which ones.
    /// </summary>
    public required Action<string, long> Changed { get; init; }

    /// <summary>A sentence about what cannot be watched. Told once.</summary>
    public required Action<string> Troubled { get; init; }

    /// <summary>In place of a path.</summary>
    public const string ManyFiles = "";
}

/// <summary>A folder with all below it, or a file; it may come and go.</summary>
/// <param name="path">Absolute, without a closing slash.</param>
/// <param name="isWanted">Of what lies below a folder: what counts. Null: everything.</param>
internal sealed class WatchedPath(string path, Func<string, bool>? isWanted = null)
{
    public string Path => path;

    public bool Wants(string changed) => isWanted is null || isWanted(changed);
}
