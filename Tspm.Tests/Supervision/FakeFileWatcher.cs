using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>Files that change by hand.</summary>
internal sealed class FakeFileWatcher : IFileWatcher
{
    public List<FakeFileWatch> Watches { get; } = [];

    /// <summary>Those that were not ended.</summary>
    public IEnumerable<FakeFileWatch> Open => Watches.Where(watch => !watch.IsEnded);

    public IFileWatch Watch(FileWatchPlan plan)
    {
        var watch = new FakeFileWatch(plan);
        Watches.Add(watch);
        return watch;
    }

    /// <summary>The file system does not answer until <see cref="Answer"/>.</summary>
    public bool Hangs { get; set; }

    readonly List<Action> _hanging = [];

    public void LookUp(IReadOnlySet<string> paths, Action<PathFacts> found)
    {
        if (Hangs) _hanging.Add(() => found(PathReader.Read(paths)));
        else found(PathReader.Read(paths));
    }

    /// <summary>It answers after all, to those who have asked so far.</summary>
    public void Answer()
    {
        foreach (var answer in _hanging) answer();
        _hanging.Clear();
    }

    /// <summary>The kernel forgets its watches with their owner.</summary>
    public void KillDaemon() => Watches.Clear();

    /// <summary>As the kernel would tell of it.</summary>
    public void Change(string path)
    {
        foreach (var watch in Open.ToArray()) watch.Change(path);
    }
}

internal sealed class FakeFileWatch(FileWatchPlan plan) : IFileWatch
{
    public FileWatchPlan Plan => plan;
    public long Epoch { get; private set; }
    public bool IsEnded { get; private set; }
    public Task Ready => Task.CompletedTask;

    public long Forget() => ++Epoch;

    public void Change(string path) => Change(path, Epoch);

    public void Change(string path, long epoch)
    {
        var isWatched = path == FileWatchPlan.ManyFiles
            || plan.Paths
                .Any(watched =>
                    (path == watched.Path || path.StartsWith(watched.Path.TrimEnd('/') + "/", StringComparison.Ordinal))
                        && watched.Wants(path));
        if (isWatched && !plan.IsIgnored(path)) plan.Changed(path, epoch);
    }

    public void Dispose() => IsEnded = true;
}
