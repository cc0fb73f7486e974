namespace Tspm.Logs.Reading;

/// <summary>
/// Tells followers that log files changed, so that they need not poll. Costs the pump one look-up per follower, and
/// nothing when nobody follows.
/// </summary>
internal sealed class LogGrowth
{
    readonly Lock _gate = new();

    /// <summary>Replaced whole, so that the pump reads it without the lock.</summary>
    volatile Subscription[] _subscriptions = [];

    public Subscription Follow()
    {
        var subscription = new Subscription(this);
        lock (_gate) _subscriptions = [.. _subscriptions, subscription];
        return subscription;
    }

    /// <summary>Told of every file that changed, on the pump's thread: who listens must be done at once.</summary>
    public event Action<string>? Grown;

    public void Notify(string path)
    {
        Grown?.Invoke(path);
        foreach (var subscription in _subscriptions) subscription.Tell(path);
    }

    void Remove(Subscription subscription)
    {
        lock (_gate) _subscriptions = Array.FindAll(_subscriptions, other => other != subscription);
    }

    /// <summary>One follower. Until told otherwise it hears of every file.</summary>
    internal sealed class Subscription(LogGrowth owner) : IDisposable
    {
        readonly SemaphoreSlim _changed = new(0, 1);
        readonly Lock _lock = new();
        HashSet<string> _grown = new(StringComparer.Ordinal);
        HashSet<string> _others = new(StringComparer.Ordinal);

        /// <summary>
        /// Files of which it need not hear. Of files that nobody knew yet it does: a process may have been renamed, or
        /// be new.
        /// </summary>
        public void Ignore(HashSet<string> others)
        {
            lock (_lock) _others = others;
        }

        /// <summary>Waits until a file changed since the last wait. False: nothing did within the time.</summary>
        public Task<bool> Changed(TimeSpan timeout, CancellationToken cancel) => _changed.WaitAsync(timeout, cancel);

        /// <summary>The files that changed since the last question.</summary>
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
                if (_others.Contains(path) || !_grown.Add(path) || _changed.CurrentCount > 0) return;
                _changed.Release();
            }
        }

        public void Dispose() => owner.Remove(this);
    }
}
