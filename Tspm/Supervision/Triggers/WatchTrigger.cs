using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// Restarts a process when its files change (<c>watch</c>), once they have been left alone for <c>watchDelayMs</c>.
/// Watched is what is up by the user's wish, also while it waits for its next try or has given up: the change may be
/// the repair. What is stopped is never started. It is a restart, not a failure. Nothing runs for processes without
/// <c>watch</c>.
/// </summary>
internal sealed class WatchTrigger(SupervisionServices services, Func<IEnumerable<string>> logFiles)
{
    public const int DefaultDelayMs = 300;

    /// <summary>Files that change without a pause hold a restart up no longer than so many delays.</summary>
    const int MostDelays = 20;

    readonly Dictionary<SupervisedProcess, WatchedProcess> _watched = [];

    public void OnChanged(SupervisedProcess cell)
    {
        if (!TriggerSet.IsUp(cell.State) || (cell.Definition.Config.Watch != true && !_watched.ContainsKey(cell)))
        {
            if (_watched.Remove(cell, out var ended)) ended.Dispose();
        }
        else if (_watched.TryGetValue(cell, out var watched)) Follow(cell, watched);
        else if (cell.Definition.Config.Watch == true) _watched[cell] = new WatchedProcess(services, cell, logFiles());
    }

    /// <summary>Another definition while the child goes on: watched is what it says now.</summary>
    public void Refresh(SupervisedProcess cell)
    {
        if (_watched.TryGetValue(cell, out var watched) && !watched.IsUpToDate && _watched.Remove(cell))
            watched.Dispose();
        if (cell.Definition.Config.Watch == true || !_watched.ContainsKey(cell)) OnChanged(cell);
    }

    /// <summary>Watches nothing any more.</summary>
    public void End()
    {
        foreach (var watched in _watched.Values) watched.Dispose();
        _watched.Clear();
    }

    /// <summary>Completes when what these processes watch is watched, at once for those that watch nothing.</summary>
    public Task Ready(IEnumerable<SupervisedProcess> cells)
    {
        var ready = new List<Task>();
        foreach (var cell in cells)
            if (_watched.TryGetValue(cell, out var watched)) ready.Add(watched.Ready);
        return ready.Count == 0 ? Task.CompletedTask : Task.WhenAll(ready);
    }

    /// <summary>
    /// A new child: what happened before it was there does not concern it, and a changed config takes effect.
    /// </summary>
    void Follow(SupervisedProcess cell, WatchedProcess watched)
    {
        if (cell.State.Phase != LifecyclePhase.Spawning) return;
        if (watched.IsUpToDate)
        {
            watched.BeginRun();
            return;
        }
        watched.Dispose();
        if (cell.Definition.Config.Watch == true) _watched[cell] = new WatchedProcess(services, cell, logFiles());
        else _watched.Remove(cell);
    }

    sealed class WatchedProcess : IDisposable
    {
        readonly SupervisionServices _services;
        readonly SupervisedProcess _cell;
        readonly ProcessConfig _config;
        readonly WatchedFiles _files;
        readonly TimeSpan _delay;
        readonly IFileWatch _watch;
        IDisposable? _timer;
        TimeSpan _noLaterThan;
        string? _first;
        long _epoch;
        bool _ended, _troubled;

        public WatchedProcess(SupervisionServices services, SupervisedProcess cell, IEnumerable<string> logFiles)
        {
            (_services, _cell, _config) = (services, cell, cell.Definition.Config);
            _delay = TimeSpan.FromMilliseconds(_config.WatchDelayMs ?? DefaultDelayMs);
            var (home, logs) = (services.Home.Path, logFiles.ToList());
            var facts = PathReader.Read(WatchedFiles.PathsToLookUp(_config, home, logs));
            _files = new WatchedFiles(_config, home, logs, facts);
            _watch = services.Files.Watch(new FileWatchPlan
            {
                Paths = _files.Paths,
                IsIgnored = _files.IsIgnored,
                Changed = (path, epoch) => services.Post(() => Changed(path, epoch)),
                Troubled = sentence => services.Post(() => Troubled(sentence)),
            });
        }

        public Task Ready => _watch.Ready;

        /// <summary>
        /// False: the config says something else by now, or what could not be watched should be tried again.
        /// </summary>
        public bool IsUpToDate => !_troubled && _cell.Definition.Config is var now && (ReferenceEquals(now, _config)
            || (now.Watch == _config.Watch && now.WatchDelayMs == _config.WatchDelayMs
                && now.ProjectDir == _config.ProjectDir && now.OutFile == _config.OutFile
                    && now.ErrFile == _config.ErrFile
                && (now.WatchPaths ?? []).SequenceEqual(_config.WatchPaths ?? [])
                    && (now.WatchIgnore ?? []).SequenceEqual(_config.WatchIgnore ?? [])));

        public void BeginRun()
        {
            _timer?.Dispose();
            _first = null;
            _epoch = _watch.Forget();
        }

        public void Dispose()
        {
            _ended = true;
            _timer?.Dispose();
            _watch.Dispose();
            if (_troubled) _cell.Published.SetWatchProblem(null);
        }

        void Changed(string path, long epoch)
        {
            // Whoever is on his way out writes his last files; the next one begins with what is there then.
            if (_ended || epoch != _epoch || _cell.State.Phase is LifecyclePhase.Stopping or LifecyclePhase.Sweeping)
                return;
            var now = _services.Timers.Now;
            if (_first is null) (_first, _noLaterThan) = (path, now + (_delay * MostDelays));
            _timer?.Dispose();
            _timer = _services.Timers.After(now + _delay < _noLaterThan ? _delay : _noLaterThan - now, Restart);
        }

        void Restart()
        {
            var what = _first == FileWatchPlan.ManyFiles ? "many files" : _files.Shown(_first!);
            _first = null;
            if (!_ended && TriggerSet.IsUp(_cell.State) && _cell.State.Phase != LifecyclePhase.Held)
                _ = _cell.Restart(
                    new LifecycleEvent.RestartRequested(Cause.Observed(CauseCode.Watch, what)));
        }

        void Troubled(string sentence)
        {
            if (_ended) return;
            _troubled = true;
            _cell.Published.SetWatchProblem(sentence);
        }
    }
}
