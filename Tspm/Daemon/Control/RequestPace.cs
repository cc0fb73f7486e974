using System.Threading.RateLimiting;
using Tspm.Model.Config;

namespace Tspm.Daemon.Control;

/// <summary>
/// The rate limit of one connection: a token bucket that is refilled at each request and not by a timer, so that an
/// idle connection costs nothing. Used by one request at a time.
/// </summary>
internal sealed class RequestPace
{
    /// <summary>
    /// Determines how long a refused client waits (about 10 ms): long enough that refusals cost little, and short
    /// enough that nobody notices.
    /// </summary>
    const int RefillsPerSecond = 100;

    readonly TokenBucketRateLimiter? _bucket;
    readonly TimeSpan _refill;

    public RequestPace(SocketLimits limits)
    {
        if (limits.RequestsPerSecond == 0) return;
        var tokens = Math.Min(Math.Max(1, limits.RequestsPerSecond / RefillsPerSecond), limits.RequestBurst);
        _refill = TimeSpan.FromSeconds((double)tokens / limits.RequestsPerSecond);
        _bucket = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.RequestBurst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = _refill,
            AutoReplenishment = false,
            QueueLimit = 0,
        });
    }

    /// <summary>Takes one token.</summary>
    /// <returns>Zero if the request may be answered; otherwise how long the client has to wait.</returns>
    public TimeSpan Acquire()
    {
        if (_bucket is null) return TimeSpan.Zero;
        _bucket.TryReplenish();
        return _bucket.AttemptAcquire().IsAcquired ? TimeSpan.Zero : _refill;
    }
}
