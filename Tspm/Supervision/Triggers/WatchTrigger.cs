using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// Restarts a process when its files change (<c>watch</c>), once they have not changed for <c>watchDelayMs</c>. A
/// process is watched while its desired state is up, even if it waits for its next attempt or has given up, because the
/// change may be the repair. A stopped process is never started. The restart does not count as a failure. Costs nothing
/// for processes without <c>watch</c>.
/// </summary>
internal sealed class WatchTrigger(SupervisionServices services, Func<IEnumerable<string>> logFiles)
{
    public const int DefaultDelayMs = 300;

    /// <summary>While files keep changing, a restart is delayed by at most this many delays.</summary>
    const int MaxDelays = 20;

    readonly Dictionary<SupervisedProcess, WatchedProcess> _watched = [];

    public void OnChanged(SupervisedProcess process)
    {
        if (!TriggerSet.IsUp(process.State)
            || (process.Definition.Config.Watch != true && !_watched.ContainsKey(process)))
        {
            if (_watched.Remove(process, out var ended)) ended.Dispose();
        }
        else if (_watched.TryGetValue(process, out var watched)) Follow(process, watched);
        else if (process.Definition.Config.Watch == true)
            _watched[process] = new WatchedProcess(services, process, logFiles());
    }

    /// <summary>Applies a changed definition to a process whose child keeps running.</summary>
    public void Refresh(SupervisedProcess process)
    {
        if (_watched.TryGetValue(process, out var watched) && !watched.IsUpToDate && _watched.Remove(process))
            watched.Dispose();
        if (process.Definition.Config.Watch == true || !_watched.ContainsKey(process)) OnChanged(process);
    }

    /// <summary>Stops watching everything.</summary>
    public void End()
    {
        foreach (var watched in _watched.Values) watched.Dispose();
        _watched.Clear();
    }

    /// <summary>
    /// Completes when the files of these processes are being watched; at once for processes that watch nothing.
    /// </summary>
    public Task Ready(IEnumerable<SupervisedProcess> processes)
    {
        var ready = new List<Task>();
        foreach (var process in processes)
            if (_watched.TryGetValue(process, out var watched)) ready.Add(watched.Ready);
        return ready.Count == 0 ? Task.CompletedTask : Task.WhenAll(ready);
    }

    /// <summary>
    /// Prepares for a new child: changes made before it starts do not concern it, and a changed config takes effect.
    /// </summary>
    void Follow(SupervisedProcess process, WatchedProcess watched)
    {
        if (process.State.Phase != LifecyclePhase.Spawning) return;
        if (watched.IsUpToDate)
        {
            watched.BeginRun();
            return;
        }
        watched.Dispose();
        if (process.Definition.Config.Watch == true)
            _watched[process] = new WatchedProcess(services, process, logFiles());
        else _watched.Remove(process);
    }

    sealed class WatchedProcess : IDisposable
    {
        readonly SupervisionServices _services;
        readonly SupervisedProcess _process;
        readonly ProcessConfig _config;
        readonly TimeSpan _delay;
        readonly LateFileWatch _watch = new();

        /// <summary>Known before the first change is reported.</summary>
        WatchedFiles? _files;
        IDisposable? _timer;
        TimeSpan _noLaterThan;
        string? _first;
        long _epoch;
        bool _ended, _troubled;

        public WatchedProcess(SupervisionServices services, SupervisedProcess process, IEnumerable<string> logFiles)
        {
            (_services, _process, _config) = (services, process, process.Definition.Config);
            _delay = TimeSpan.FromMilliseconds(_config.WatchDelayMs ?? DefaultDelayMs);
            var (home, logs) = (services.Home.Path, logFiles.ToList());
            services.Files.LookUp(
                WatchedFiles.PathsToLookUp(_config, home, logs),
                facts => services.Post(() => Begin(new WatchedFiles(_config, home, logs, facts))));
        }

        void Begin(WatchedFiles files)
        {
            _files = files;
            _watch.Begin(() => _services.Files.Watch(new FileWatchPlan
            {
                Paths = files.Paths,
                IsIgnored = files.IsIgnored,
                Changed = (path, epoch) => _services.Post(() => Changed(path, epoch)),
                Troubled = sentence => _services.Post(() => Troubled(sentence)),
            }));
        }

        public Task Ready => _watch.Ready;

        /// <summary>
        /// False if the config has changed, or if paths that could not be watched should be tried again.
        /// </summary>
        public bool IsUpToDate => !_troubled && _process.Definition.Config is var now && (ReferenceEquals(now, _config)
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
            if (_troubled) _process.Published.SetWatchProblem(null);
        }

        void Changed(string path, long epoch)
        {
            // A child that is being stopped may still write files; the next one starts with them.
            if (_ended || epoch != _epoch || _process.State.Phase is LifecyclePhase.Stopping or LifecyclePhase.Sweeping)
                return;
            var now = _services.Timers.Now;
            if (_first is null) (_first, _noLaterThan) = (path, now + (_delay * MaxDelays));
            _timer?.Dispose();
            _timer = _services.Timers.After(now + _delay < _noLaterThan ? _delay : _noLaterThan - now, Restart);
        }

        void Restart()
        {
            var what = _first == FileWatchPlan.ManyFiles ? "many files" : _files!.Shown(_first!);
            _first = null;
            if (!_ended && TriggerSet.IsUp(_process.State) && _process.State.Phase != LifecyclePhase.Held)
                _ = _process.Restart(
                    new LifecycleEvent.RestartRequested(Cause.Observed(CauseCode.Watch, what)));
        }

        void Troubled(string sentence)
        {
            if (_ended) return;
            _troubled = true;
            _process.Published.SetWatchProblem(sentence);
        }
    }
}
