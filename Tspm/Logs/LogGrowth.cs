using System.Collections.Concurrent;

namespace Tspm.Logs;

/// <summary>Tells followers that a log file changed, so that they need not poll. Costs the pump one dictionary look-up, and nothing when nobody follows.</summary>
internal sealed class LogGrowth
{
    readonly ConcurrentDictionary<Subscription, byte> _subscriptions = new();

    public Subscription Follow(IEnumerable<string> paths)
    {
        var subscription = new Subscription(this, [.. paths]);
        _subscriptions[subscription] = 0;
        return subscription;
    }

    public void Notify(string path)
    {
        if (_subscriptions.IsEmpty) return;
        foreach (var (subscription, _) in _subscriptions) subscription.Tell(path);
    }

    internal sealed class Subscription(LogGrowth owner, HashSet<string> paths) : IDisposable
    {
        readonly SemaphoreSlim _changed = new(0, 1);

        /// <summary>Waits until one of the files changed since the last wait. False: nothing did within the time.</summary>
        public Task<bool> Changed(TimeSpan timeout, CancellationToken cancel) => _changed.WaitAsync(timeout, cancel);

        internal void Tell(string path)
        {
            if (!paths.Contains(path) || _changed.CurrentCount > 0) return;
            try
            {
                _changed.Release();
            }
            catch (SemaphoreFullException)
            {
                // Two writers told at once: once is enough.
            }
        }

        public void Dispose() => owner._subscriptions.TryRemove(this, out _);
    }
}
