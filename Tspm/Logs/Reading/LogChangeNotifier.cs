namespace Tspm.Logs.Reading;

/// <summary>
/// Notifies followers of changed log files, so that they need not poll. A change costs the pump one look-up per
/// follower, and nothing if there are none.
/// </summary>
internal sealed class LogChangeNotifier
{
    readonly Lock _gate = new();

    /// <summary>Replaced as a whole, so that the pump can read it without the lock.</summary>
    volatile Subscription[] _subscriptions = [];

    /// <summary>Adds a follower, which must be disposed.</summary>
    public Subscription Follow()
    {
        var subscription = new Subscription(this);
        lock (_gate) _subscriptions = [.. _subscriptions, subscription];
        return subscription;
    }

    /// <summary>Raised for every changed file, on the pump's thread; handlers must not block.</summary>
    public event Action<string>? Grown;

    /// <summary>The file at this path has changed.</summary>
    public void Notify(string path)
    {
        Grown?.Invoke(path);
        foreach (var subscription in _subscriptions) subscription.Tell(path);
    }

    void Remove(Subscription subscription)
    {
        lock (_gate) _subscriptions = Array.FindAll(_subscriptions, other => other != subscription);
    }

    /// <summary>One follower, which is notified of all files except those that it ignores.</summary>
    internal sealed class Subscription(LogChangeNotifier owner) : IDisposable
    {
        readonly SemaphoreSlim _changed = new(0, 1);
        readonly Lock _lock = new();
        HashSet<string> _grown = new(StringComparer.Ordinal);
        HashSet<string> _others = new(StringComparer.Ordinal);

        /// <summary>
        /// Sets the files to ignore. Files that appear later are not ignored, because they may belong to a new or a
        /// renamed process.
        /// </summary>
        public void Ignore(HashSet<string> others)
        {
            lock (_lock) _others = others;
        }

        /// <summary>Waits until a file has changed since the last wait.</summary>
        /// <returns>False if the timeout elapsed first.</returns>
        public async Task<bool> Changed(TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
        {
            using var limit = clock.CreateTimer(
                static waiting => ((Subscription)waiting!).Wake(), this, timeout, Timeout.InfiniteTimeSpan);
            await _changed.WaitAsync(cancel);
            lock (_lock) return _grown.Count > 0;
        }

        /// <summary>Returns and forgets the files that have changed since the last call.</summary>
        public HashSet<string> TakeGrown()
        {
            lock (_lock)
            {
                var grown = _grown;
                _grown = new HashSet<string>(StringComparer.Ordinal);
                return grown;
            }
        }

        internal void Tell(string path)
        {
            lock (_lock)
            {
                if (!_others.Contains(path) && _grown.Add(path)) Wake();
            }
        }

        void Wake()
        {
            lock (_lock)
                if (_changed.CurrentCount == 0) _changed.Release();
        }

        public void Dispose() => owner.Remove(this);
    }
}
